import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// What a newcomer does: an order for a product that sells plans, and the contract it concludes.
tours.add("subscription_billing_sale_order", {
    steps: () => [
        {content: "new order", trigger: ".o_list_button_add", run: "click"},
        {
            content: "customer",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Tour Customer",
        },
        {
            content: "choose the customer",
            trigger:
                ".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains(Tour Customer)",
            run: "click",
        },
        {
            content: "add a line",
            trigger: ".o_field_x2many_list_row_add button, .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "product",
            trigger:
                ".o_selected_row div[name=product_template_id] input, .o_selected_row div[name=product_id] input",
            run: "edit Tour Cloud",
        },
        {
            content: "choose the product",
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Cloud)",
            run: "click",
        },
        {
            content: "its plan is suggested",
            trigger: ".o_selected_row div[name=billing_plan_id] input:value(Cloud monthly)",
        },
        {content: "save", trigger: ".o_form_button_save:visible", run: "click"},
        {content: "saved", trigger: ".o_form_saved, .o_form_button_create"},
        {
            content: "the set-up fee of the plan is a line, too",
            trigger: "div[name=order_line] .o_data_row:eq(1)",
        },
        {
            content: "the totals state what comes again",
            trigger: ".o_billing_recurring_totals tr[data-recurring]",
        },
        {
            content: "confirm",
            trigger: "button[name=action_confirm]:visible:enabled",
            run: "click",
        },
        {
            content: "open the contract",
            trigger: "button[name=action_view_billing_subscriptions]",
            run: "click",
        },
        {
            content: "the contract runs",
            trigger: ".o_statusbar_status button[data-value=active][aria-checked=true]",
        },
        {
            content: "what may the customer use?",
            trigger: "button[name=action_view_entitlements]",
            run: "click",
        },
        {
            content: "five users",
            trigger:
                ".modal .o_billing_entitlements tr[data-feature=tour_users] strong:contains(5)",
        },
        {
            content: "close",
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {content: "closed", trigger: "body:not(:has(.modal))"},
    ],
});
