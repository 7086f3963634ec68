import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_portal_dunning", {
    steps: () => [
        {content: "the letter is listed", trigger: "a[data-letter^='REM/']"},
        {
            content: "open the invoice",
            trigger: ".o_customer_portal_table th a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "what is wrong",
            trigger: "textarea[name=question]",
            run: "edit We have ordered 5, not 50.",
        },
        {
            content: "send it",
            trigger: "form[action$='/objection'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "under review",
            trigger: "[data-objection=open]:contains(We have ordered 5, not 50.)",
        },
    ],
});
