import {Component, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const INTERVAL = 2000;

/** Loads the form again while the field says that something works on it in the background. */
export class Live extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = {...standardWidgetProps, fieldName: {type: String}};

    setup() {
        const timer = setInterval(() => this.reload(), INTERVAL);
        onWillUnmount(() => clearInterval(timer));
    }

    async reload() {
        const {record, fieldName} = this.props;
        if (record.data[fieldName] && !record.dirty && !document.hidden) {
            await record.load();
        }
    }
}

export const live = {
    component: Live,
    extractProps: ({attrs}) => ({fieldName: attrs.field}),
};

registry.category("view_widgets").add("billing_live", live);
