import {Component, onWillStart, onWillUnmount, useExternalListener, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const REFRESH = 30000;

/** The first page of the app: what needs somebody, each card one click from its records. */
export class WorkList extends Component {
    static template = "billing_base.WorkList";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.state = useState({cards: [], status: [], total: 0});
        onWillStart(() => this.load());
        const timer = browser.setInterval(() => this.refresh(), REFRESH);
        onWillUnmount(() => browser.clearInterval(timer));
        // Somebody who comes back from another window sees what is true now.
        useExternalListener(window, "focus", () => this.refresh());
    }

    async load() {
        Object.assign(this.state, await this.orm.silent.call("billing.work.list", "get_work"));
    }

    async refresh() {
        if (!document.hidden) {
            await this.load();
        }
    }

    get title() {
        if (!this.state.total) {
            return _t("Nothing to do");
        }
        return this.state.total === 1
            ? _t("One thing needs somebody")
            : _t("%s things need somebody", this.state.total);
    }

    getColour(card) {
        return card.count
            ? `bg-${card.severity}-subtle text-${card.severity}-emphasis`
            : // On a phone what waits comes first.
              "bg-view text-muted order-1 order-md-0";
    }

    /** The navigation bar has the digits for itself. */
    getHotkey(index) {
        return index < 9 ? `shift+${index + 1}` : undefined;
    }

    open(action) {
        return this.action.doAction(action);
    }
}

registry.category("actions").add("billing_work_list", WorkList);
