import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_portal_contracts", {
    steps: () => [
        {
            content: "all contracts",
            trigger: "section[aria-labelledby=contracts] a[href='/my/contracts']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "running ones only",
            trigger: "a.nav-link[href*='filterby=running']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "one contract",
            trigger: "a.nav-link.active[href*='filterby=running']",
        },
        {
            content: "open it",
            trigger: "[data-contract] h3 a:contains(Cloud M)",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "next invoice", trigger: "[data-next=amount]"},
        {
            content: "its invoice",
            trigger: "section[aria-labelledby=invoices] th a",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "the invoice", trigger: ".o_portal_invoice_sidebar"},
    ],
});
