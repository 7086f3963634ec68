import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {makeContext} from "@web/core/context";
import {registry} from "@web/core/registry";

/**
 * Charges of a plan: simple ones are written straight into the list, tiers and limits in a
 * dialog, without leaving the plan or saving it half-finished.
 */
export class ChargeList extends X2ManyField {
    async switchToForm(record) {
        if (!(await this.list.leaveEditMode({canAbandon: false}))) {
            return;
        }
        return this._openRecord({
            record,
            context: this.props.context,
            readonly: this.props.readonly,
        });
    }

    async onAdd({context, editable} = {}) {
        const {charge_in_dialog: inDialog} = makeContext([context]);
        return super.onAdd({context, editable: inDialog ? false : editable});
    }
}

export const chargeList = {...x2ManyField, component: ChargeList};

registry.category("fields").add("billing_charge_list", chargeList);
