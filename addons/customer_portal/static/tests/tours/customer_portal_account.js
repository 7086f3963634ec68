import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_portal_account", {
    steps: () => [
        {content: "what is open", trigger: "[data-sum=open]:contains(100.00)"},
        {
            content: "go to the account",
            trigger: "a[href='/my/billing']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "overdue in words",
            trigger: "td [data-status=overdue]:contains(Overdue for 5 days)",
        },
        {
            content: "open the invoice",
            trigger: ".o_customer_portal_table th a",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "the invoice", trigger: ".o_portal_invoice_sidebar"},
    ],
});
