import {Component, xml} from "@odoo/owl";
import {RibbonWidget} from "@web/views/widgets/ribbon/ribbon";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** A ribbon whose text is the value of a field, e.g. “Ends on 12/31/2026”. */
export class TextRibbon extends Component {
    static components = {RibbonWidget};
    static template = xml`
        <RibbonWidget t-if="text" text="text" bgClass="props.bgClass" record="props.record"/>`;
    static props = {
        ...standardWidgetProps,
        fieldName: {type: String},
        bgClass: {type: String, optional: true},
    };

    get text() {
        return this.props.record.data[this.props.fieldName];
    }
}

export const textRibbon = {
    component: TextRibbon,
    extractProps: ({attrs}) => ({fieldName: attrs.field, bgClass: attrs.bg_color}),
};

registry.category("view_widgets").add("billing_text_ribbon", textRibbon);
