import {registry} from "@web/core/registry";

// From the running usage to an alert, and from an invoice to its events.
registry.category("web_tour.tours").add("customer_portal_usage", {
    steps: () => [
        {content: "what was used so far", trigger: "[data-usage-value=quantity]:contains(100)"},
        {content: "how much is too much", trigger: "#alert_level", run: "edit 250"},
        {
            content: "set the alert",
            trigger: "form:has(#alert_level) button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "it is set", trigger: "[role=status] .text-success-emphasis"},
        {
            content: "remove it again",
            trigger: "[data-alert] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "it is gone", trigger: "section[aria-labelledby=usage]:not(:has([data-alert]))"},
        {
            content: "the invoice of January",
            trigger: "section[aria-labelledby=invoices] th a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "how it came about",
            trigger: "a[href*='/explanation']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the usage behind it",
            trigger: "[data-explained] a[href*='/usage/']",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "event by event", trigger: "tr[data-event=a1]"},
        {content: "or as a file", trigger: "a[href*='/csv']"},
    ],
});
