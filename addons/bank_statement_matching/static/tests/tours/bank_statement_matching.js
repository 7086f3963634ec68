import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const LINE = ".o_data_row:contains(somebody unknown)";

/** Give the file of the test to the upload as a person's choice would. */
async function chooseFile({anchor}) {
    const [file] = await rpc("/web/dataset/call_kw/ir.attachment/search_read", {
        model: "ir.attachment",
        method: "search_read",
        args: [[["name", "=", "tour.xml"]], ["datas"]],
        kwargs: {},
    });
    const chosen = new DataTransfer();
    chosen.items.add(new File([atob(file.datas)], "chosen.xml", {type: "text/xml"}));
    const input = anchor.querySelector("input[type=file]");
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

/** The morning of who keeps the books: import, confirm, take back, choose. */
registry.category("web_tour.tours").add("bank_statement_matching", {
    steps: () => [
        {content: "nothing to do yet", trigger: ".o_view_nocontent_smiling_face"},
        {
            content: "import files",
            trigger: ".o_control_panel_main_buttons .btn-primary",
            run: "click",
        },
        {
            content: "a file",
            trigger: ".modal .o_field_many2many_binary",
            run: chooseFile,
        },
        {content: "it is there", trigger: ".modal .o_attachment:contains(chosen)"},
        {content: "import", trigger: ".modal button[name=action_import]", run: "click"},
        {content: "it is imported", trigger: ".modal .o_data_row:contains(chosen.xml)"},
        {content: "its entries", trigger: ".modal button[name=action_open_lines]", run: "click"},
        {
            content: "what is certain is booked",
            trigger: ".o_data_row:contains(INV/) button[name=action_undo_match]",
        },
        {
            content: "accept the proposal",
            trigger: `${LINE} button[name=action_accept]`,
            run: "click",
        },
        {content: "take it back", trigger: `${LINE} button[name=action_undo_match]`, run: "click"},
        {content: "really", trigger: ".modal footer .btn-primary", run: "click"},
        {
            content: "choose",
            trigger: `${LINE} button[name=action_open_match]`,
            run: "click",
        },
        {
            content: "among the proposals",
            trigger: ".modal .o_data_row button[name=action_accept]",
            run: "click",
        },
        {content: "closed", trigger: "body:not(:has(.modal))"},
        {content: "booked", trigger: `${LINE} button[name=action_undo_match]`},
    ],
});
