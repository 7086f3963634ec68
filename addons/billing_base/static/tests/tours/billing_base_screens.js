import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** What somebody does in the morning: look at what did not leave, put it right, send it again. */
tours.add("billing_base_delivery", {
    steps: () => [
        {
            content: "what failed says why",
            trigger: ".o_data_row:contains(no email address) td[name=state]",
            run: "click",
        },
        {content: "the reason, in words", trigger: ".alert-danger:contains(no email address)"},
        {content: "send again", trigger: "button[name=action_retry]:visible", run: "click"},
        {
            content: "it waits",
            trigger: ".o_statusbar_status .o_arrow_button_current[data-value=waiting]",
        },
        {
            content: "back to the list",
            trigger: ".o_breadcrumb a, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "of unknown outcome",
            trigger: ".o_data_row:contains(connection broke) td[name=state]",
            run: "click",
        },
        {content: "it did arrive", trigger: "button[name=action_arrived]:visible", run: "click"},
        {
            content: "delivered",
            trigger: ".o_statusbar_status button[data-value=sent].o_arrow_button_current",
        },
        {
            content: "once more, on purpose",
            trigger: "button[name=action_send_another]:visible",
            run: "click",
        },
        {
            content: "with a reason",
            trigger: ".modal div[name=reason] input",
            run: "edit lost by the customer",
        },
        {content: "confirm", trigger: ".modal button[name=action_confirm]", run: "click"},
        {content: "done", trigger: "body:not(:has(.modal))"},
        {content: "still the first one", trigger: "button[name=action_send_another]:visible"},
    ],
});

/** From a customer into the next month, in three clicks, and to what it made. */
tours.add("billing_base_clock", {
    steps: () => [
        {
            content: "simulate",
            trigger: "button[name=action_simulate_billing]",
            run: "click",
        },
        {
            content: "a month",
            trigger: "button[name=action_advance_month]:visible",
            run: "click",
        },
        {
            content: "what happened",
            trigger: "div[name=result_ids] .o_data_row td[name=name]",
        },
        {
            content: "to the document",
            trigger: "div[name=result_ids] .o_data_row button[name=action_open_document]",
            run: "click",
        },
        {content: "which says that it is not real", trigger: ".alert-warning:visible"},
        {content: "an invoice", trigger: ".o_form_view .o_field_widget[name=partner_id]"},
    ],
});
