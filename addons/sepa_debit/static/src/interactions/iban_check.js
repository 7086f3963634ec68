import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/** Says what is wrong with an account number as soon as the customer leaves the field. */
export class IbanCheck extends Interaction {
    static selector = ".o_sepa_field:has(input[name=iban])";
    dynamicContent = {
        "input[name=iban]": {
            "t-on-change.withTarget": this.onChange,
            "t-att-aria-invalid": () => (this.error ? "true" : "false"),
            "t-att-class": () => ({"is-invalid": Boolean(this.error)}),
        },
        ".o_sepa_live": {"t-out": () => this.error},
    };

    setup() {
        this.error = "";
    }

    async onChange(_event, input) {
        this.el.querySelector("[role=alert]")?.remove();
        const iban = input.value.trim();
        this.error = iban ? await this.waitFor(rpc("/my/mandates/iban", {iban})) : "";
        this.updateContent();
    }
}

registry.category("public.interactions").add("sepa_debit.iban_check", IbanCheck);
