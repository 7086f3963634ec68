import {registry} from "@web/core/registry";

const ROW = ".o_list_view .o_data_row";

/** A newcomer: the usual levels, today's letters, one customer held, the other one reminded. */
registry.category("web_tour.tours").add("dunning_escalation", {
    steps: () => [
        {content: "nothing is set up", trigger: ".o_view_nocontent_smiling_face"},
        {
            content: "the usual levels",
            trigger: ".o_view_nocontent a[name='dunning_escalation.action_load_examples']",
            run: "click",
        },
        {content: "two policies", trigger: `${ROW}:nth-child(2)`},
        {
            content: "menu",
            trigger: "button[data-menu-xmlid='dunning_escalation.menu_dunning']",
            run: "click",
        },
        {
            content: "letters to look at",
            trigger: "a[data-menu-xmlid='dunning_escalation.menu_dunning_proposal']",
            run: "click",
        },
        {content: "nothing yet", trigger: ".o_view_nocontent_smiling_face"},
        {content: "propose", trigger: "button[name=action_propose]", run: "click"},
        {
            content: "open the first one",
            trigger: `${ROW}:contains(Alpha) .o_data_cell`,
            run: "click",
        },
        {content: "its invoice", trigger: ".o_field_widget[name=line_ids] .o_data_row"},
        {content: "hold", trigger: "button[name=action_hold]:enabled", run: "click"},
        {
            content: "why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Promised on the phone",
        },
        {
            content: "until when",
            trigger: ".modal .o_field_widget[name=end_date] input",
            run: "edit 12/31/2099",
        },
        {content: "save", trigger: ".modal footer .btn-primary", run: "click"},
        {
            content: "no letter",
            trigger: ".o_statusbar_status [data-value=cancelled].o_arrow_button_current",
        },
        {content: "back", trigger: ".o_back_button", run: "click"},
        {
            content: "open the other one",
            trigger: `${ROW}:contains(Beta) .o_data_cell`,
            run: "click",
        },
        {content: "send", trigger: "button[name=action_issue]:enabled", run: "click"},
        {
            content: "on its way",
            trigger: ".o_statusbar_status [data-value=issued].o_arrow_button_current",
        },
    ],
});
