import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Choose an entry of a many2one that exists. */
function choose(content, field, text) {
    return [
        {content, trigger: `${field} input`, run: `edit ${text}`},
        {
            content: `${content}: ${text}`,
            trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains(${text})`,
            run: "click",
        },
    ];
}

/** Save a form and wait for it. */
function save() {
    return [
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
    ];
}

/** Open a dialog of the contract from its header. */
function open(action) {
    return [
        {content: action, trigger: `button[name=${action}]:enabled`, run: "click"},
        {content: "dialog is open", trigger: ".modal .o_field_widget[name=preview]"},
    ];
}

/** Confirm a dialog and wait until it is gone. */
function confirm() {
    return [
        {content: "confirm", trigger: ".modal button[name=action_confirm]", run: "click"},
        {content: "dialog is gone", trigger: "body:not(:has(.modal))"},
    ];
}

/** Enter the tier of a row: border or "and more", and the price. */
function tier(index, border, price) {
    const row = `.modal div[name=tier_ids] .o_data_row:eq(${index}).o_selected_row`;
    const last = border
        ? {content: "up to", trigger: `${row} td[name=up_to] input`, run: `edit ${border}`}
        : {content: "and more", trigger: `${row} td[name=is_open] input`, run: "check"};
    return [
        {
            content: "add a tier",
            trigger: ".modal div[name=tier_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        last,
        {content: "price", trigger: `${row} td[name=unit_price] input`, run: `edit ${price}`},
    ];
}

tours.add("subscription_billing_plan", {
    steps: () => [
        {content: "new plan", trigger: ".o_list_button_add", run: "click"},
        {
            content: "name",
            trigger: "div[name=name] textarea, div[name=name] input",
            run: "edit Tour Plan",
        },
        {
            content: "first periods as an example",
            trigger: "div[name=period_example] tbody tr:eq(2)",
        },
        {
            content: "a charge with tiers",
            trigger: "div[name=charge_ids] .o_field_x2many_list_row_add a:eq(1)",
            run: "click",
        },
        {content: "tiers are missing", trigger: ".modal div[name=example] .alert-warning"},
        ...choose("product", ".modal div[name=product_id]", "Hosting"),
        ...tier(0, "10", "8"),
        ...tier(1, "", "6"),
        {content: "leave the row", trigger: ".modal div[name=code] input", run: "click"},
        {content: "the price of 100", trigger: ".modal div[name=example] td:contains(620)"},
        {content: "keep the charge", trigger: ".modal .o_form_button_save", run: "click"},
        {content: "back in the plan", trigger: "body:not(:has(.modal))"},
        {
            content: "the charge",
            trigger: "div[name=charge_ids] td[name=price_summary]:contains(8)",
        },
        ...save(),
    ],
});

tours.add("subscription_billing_contract", {
    steps: () => [
        {content: "new contract", trigger: ".o_list_button_add", run: "click"},
        ...choose("customer", "div[name=partner_id]", "partner_a"),
        ...choose("plan", "div[name=plan_id]", "Seats"),
        {content: "its charges", trigger: "div[name=line_ids] td[name=charge_id]:contains(Seats)"},
        {content: "activate", trigger: "button[name=action_activate]", run: "click"},
        {content: "it runs", trigger: "button[name=action_change]:visible"},
    ],
});

tours.add("subscription_billing_change", {
    steps: () => [
        ...open("action_change"),
        {content: "new quantity", trigger: ".modal td[name=quantity]", run: "click"},
        {content: "eight", trigger: ".modal td[name=quantity] input", run: "edit 8"},
        {content: "leave the row", trigger: ".modal div[name=when]", run: "click"},
        {content: "credit of the old", trigger: ".modal div[name=preview] tr[data-credit]"},
        ...confirm(),
        {content: "cut at today", trigger: "td[name=quantity]:contains(8)"},
        ...open("action_change"),
        {content: "another plan", trigger: ".modal input[data-value=plan]", run: "click"},
        ...choose("new plan", ".modal div[name=plan_id]", "Upgrade"),
        {content: "seats are kept", trigger: ".modal td[name=quantity]:contains(8)"},
        {content: "what it costs", trigger: ".modal div[name=preview] [data-total]"},
        ...confirm(),
        {content: "on the new plan", trigger: "div[name=plan_id]:contains(Upgrade)"},
    ],
});

tours.add("subscription_billing_pause", {
    steps: () => [
        ...open("action_pause"),
        {content: "paid time comes back", trigger: ".modal div[name=preview] tr[data-credit]"},
        ...confirm(),
        {content: "paused", trigger: "button[name=action_resume]:visible"},
        {content: "a ribbon says so", trigger: ".ribbon span"},
        ...open("action_resume"),
        ...confirm(),
        {content: "it runs", trigger: "button[name=action_pause]:visible"},
    ],
});

tours.add("subscription_billing_cancel", {
    steps: () => [
        ...open("action_cancel"),
        {content: "the last day is shown", trigger: ".modal div[name=last_day] span"},
        ...confirm(),
        {content: "ends on", trigger: ".ribbon span"},
        {content: "undo", trigger: "button[name=action_undo_cancel]", run: "click"},
        {content: "it goes on", trigger: "button[name=action_cancel]:visible"},
        {content: "no ribbon", trigger: "body:not(:has(.ribbon))"},
    ],
});

tours.add("subscription_billing_price", {
    steps: () => [
        {content: "plan a price", trigger: "button[name=action_plan_price]", run: "click"},
        {
            content: "add a price",
            trigger: ".modal div[name=price_change_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "valid from",
            trigger: ".modal div[name=effective_date] input",
            run: "edit 31.12.2099",
        },
        {
            content: "it starts as the price today",
            trigger: ".modal div[name=unit_price] input:value(/[12]0/)",
        },
        {
            content: "new price",
            trigger: ".modal div[name=unit_price]:visible input",
            run: "edit 12",
        },
        {
            content: "keep the price",
            trigger: ".modal:not(.o_inactive_modal) .o_form_button_save",
            run: "click",
        },
        {
            content: "the price in the list",
            trigger: ".modal div[name=price_change_ids] td[name=price_summary]:contains(12)",
        },
        {
            content: "save",
            trigger: ".modal .o_form_button_save, .modal footer .btn-primary",
            run: "click",
        },
        {content: "saved", trigger: "body:not(:has(.modal))"},
    ],
});
