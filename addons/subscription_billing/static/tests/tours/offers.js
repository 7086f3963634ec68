import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function tab(name) {
    return {content: name, trigger: `.o_notebook .nav-link[name=${name}]`, run: "click"};
}

tours.add("subscription_billing_coupon", {
    steps: () => [
        {content: "new coupon", trigger: ".o_list_button_add", run: "click"},
        {
            content: "name",
            trigger: "div[name=name] input",
            run: "edit Spring Sale",
        },
        {content: "half price", trigger: "div[name=percent] input", run: "edit 50"},
        {
            content: "for some periods",
            trigger: "div[name=duration] input[data-value=periods]",
            run: "click",
        },
        {content: "two of them", trigger: "div[name=period_count] input", run: "edit 2"},
        {content: "code", trigger: "div[name=code] input", run: "edit SPRING"},
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
    ],
});

tours.add("subscription_billing_add_on", {
    steps: () => [
        {content: "change", trigger: "button[name=action_change]:enabled", run: "click"},
        {
            content: "quantity of the option",
            trigger: ".modal .o_data_row:has(td:contains(Hotline)) td[name=quantity]",
            run: "click",
        },
        {
            content: "one",
            trigger: ".modal .o_data_row:has(td:contains(Hotline)) td[name=quantity] input",
            run: "edit 1",
        },
        {content: "leave the row", trigger: ".modal div[name=when]", run: "click"},
        {
            content: "what it costs today and later",
            trigger: ".modal div[name=preview]:has([data-total]) [data-following]",
        },
        {content: "confirm", trigger: ".modal button[name=action_confirm]", run: "click"},
        {content: "dialog is gone", trigger: "body:not(:has(.modal))"},
        {content: "there it is", trigger: "td[name=charge_id]:contains(Hotline)"},
        tab("discounts"),
        {content: "discount", trigger: "button[name=action_add_discount]", run: "click"},
        {content: "its code", trigger: ".modal div[name=code] input", run: "edit spring"},
        {content: "leave the field", trigger: ".modal div[name=source]", run: "click"},
        {
            content: "the next invoice costs less",
            trigger: ".modal div[name=preview] tr:contains(Spring Sale)",
        },
        {content: "confirm", trigger: ".modal button[name=action_confirm]", run: "click"},
        {content: "dialog is gone", trigger: "body:not(:has(.modal))"},
        {content: "there it is", trigger: "td[name=name]:contains(Spring Sale)"},
        tab("next_invoices"),
        {
            content: "three invoices ahead",
            trigger: "div[name=next_documents_html] [data-document]:eq(2)",
        },
        {
            content: "look further",
            trigger: "button[name=action_view_next_documents]",
            run: "click",
        },
        {content: "six of them", trigger: ".modal [data-document]:eq(5)"},
        {
            content: "until a date or so many",
            trigger: ".modal div[name=document_count] input",
            run: "edit 8",
        },
        {content: "leave the field", trigger: ".modal .modal-title", run: "click"},
        {content: "eight of them", trigger: ".modal [data-document]:eq(7)"},
        {content: "close", trigger: ".modal footer button.btn-primary", run: "click"},
        {content: "dialog is gone", trigger: "body:not(:has(.modal))"},
        tab("timeline"),
        {content: "what has been", trigger: "li[data-kind=start]"},
        {content: "what was added", trigger: "li[data-kind=change]"},
        {content: "what will come", trigger: "li[data-today]"},
        {content: "and the discount", trigger: "li[data-kind=discount]"},
    ],
});

tours.add("subscription_billing_explanation", {
    steps: () => [
        {
            content: "how it came about",
            trigger: "div[name=invoice_line_ids] button[name=action_explain]",
            run: "click",
        },
        {content: "tier by tier", trigger: ".modal .o_billing_explanation tr:eq(1)"},
        {content: "what it adds up to", trigger: ".modal [data-total]:contains(50.51)"},
        {content: "close", trigger: ".modal footer button.btn-primary", run: "click"},
        {content: "dialog is gone", trigger: "body:not(:has(.modal))"},
    ],
});
