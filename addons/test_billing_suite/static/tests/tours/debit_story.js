import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Open a card of the first page and the only record of its list. */
function openFromWorkList(key) {
    return [
        {
            content: `card ${key}`,
            trigger: `.o_billing_card[data-key=${key}][data-count='1']`,
            run: "click",
        },
        {
            content: "the only one",
            trigger: ".o_list_view .o_data_row:only-child .o_data_cell",
            run: "click",
        },
        {content: "its form", trigger: ".o_form_view .o_form_statusbar"},
    ];
}

/** Press a button of the header and confirm the question it asks. */
function press(name, asks = false) {
    const steps = [{content: name, trigger: `button[name=${name}]:enabled`, run: "click"}];
    if (asks) {
        steps.push({content: "yes", trigger: ".modal-footer .btn-primary", run: "click"});
    }
    return steps;
}

/** The text of an attachment that the test has prepared. */
async function read(name) {
    const answer = await fetch("/web/dataset/call_kw/ir.attachment/search_read", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({
            params: {
                model: "ir.attachment",
                method: "search_read",
                args: [[["name", "=", name]], ["raw"]],
                kwargs: {},
            },
        }),
    });
    const {result} = await answer.json();
    return result[0].raw;
}

tours.add("debit_story_submit", {
    steps: () => [
        ...openFromWorkList("sepa_to_submit"),
        ...press("action_write"),
        {content: "the file is there", trigger: "button[name=action_download]"},
        ...press("action_submit", true),
        {
            content: "under way",
            trigger: ".o_statusbar_status button.o_arrow_button_current[data-value=submitted]",
        },
    ],
});

tours.add("debit_story_statement", {
    steps: () => [
        {
            content: "choose the statement",
            trigger: ".modal input[type=file]:not(:visible)",
            run: async ({anchor}) => {
                const files = new DataTransfer();
                const name = "story-statement.xml";
                files.items.add(new File([await read(name)], name, {type: "text/xml"}));
                anchor.files = files.files;
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {content: "it is attached", trigger: ".modal .o_attachment"},
        {content: "import", trigger: ".modal button[name=action_import]", run: "click"},
        {content: "imported", trigger: ".modal td[name=state] .text-bg-success"},
        {content: "entries", trigger: ".modal button[name=action_open_lines]", run: "click"},
        {content: "matched by itself", trigger: ".o_list_view .o_data_row"},
    ],
});

tours.add("debit_story_retry", {
    steps: () => [
        {
            content: "nobody has to do anything",
            trigger: ".o_billing_card[data-key=sepa_returns][data-count='0']",
        },
    ],
});

tours.add("debit_story_dispute", {
    steps: () => [
        ...openFromWorkList("sepa_returns"),
        {content: "it is disputed", trigger: ".o_form_view .alert-danger"},
        ...press("action_done"),
        {
            content: "done",
            trigger: ".o_statusbar_status button.o_arrow_button_current[data-value=done]",
        },
    ],
});
