import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const LINES = "div[name=invoice_line_ids] .o_list_renderer";

// A unit that invoices by customer, and one of two contracts as its customer sees it.
tours.add("subscription_billing_grouping", {
    steps: () => [
        {
            content: "invoices for contracts",
            trigger: "div[name=billing_grouping] input",
            run: "click",
        },
        {
            content: "one for all of the customer",
            trigger: ".o_select_menu_item[data-choice-index='2']",
            run: "click",
        },
        {content: "save", trigger: ".o_form_button_save:visible", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
    ],
});

tours.add("subscription_billing_collective_run", {
    steps: () => [
        {
            content: "what is due, from the first page",
            trigger: ".o_billing_status [data-key^=next_] button",
            run: "click",
        },
        {content: "both contracts", trigger: ".o_billing_summary td:contains(140)"},
        {content: "release", trigger: ".o_billing_release:enabled", run: "click"},
        {content: "it starts", trigger: ".o_billing_run_progress[data-state=waiting]"},
    ],
});

tours.add("subscription_billing_collective", {
    steps: () => [
        {
            content: "the invoice of the contract",
            trigger: "button[name=action_view_invoices]",
            run: "click",
        },
        {
            content: "a heading for each contract",
            trigger: `${LINES}:has(.o_is_line_section:contains(Tour Hosting)):has(.o_is_line_section:contains(Tour Phone))`,
        },
        {
            content: "and the lines of both below",
            trigger: `${LINES}:has(.o_data_row:not(.o_is_line_section):contains(/100[.,]00/)):has(.o_data_row:not(.o_is_line_section):contains(/40[.,]00/))`,
        },
        {
            content: "preview",
            trigger: "button[name=preview_invoice]:visible",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "what the customer is asked to pay, on the page of the customer",
            trigger: ".o_portal_invoice_sidebar:contains(/140[.,]00/)",
        },
        {
            content: "both contracts on the document",
            trigger: ":iframe body:contains(Tour Hosting):contains(Tour Phone)",
        },
        {
            content: "in the name of the unit that invoices them",
            trigger: ":iframe .letter-logo img[alt*=CLOUD]",
        },
        {
            content: "the document can be loaded",
            trigger: ".o_download_btn[href*='report_type=pdf']",
        },
    ],
});
