import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const POLL = 2000;
export const AT_WORK = ["waiting", "running"];

/** “3 min 20 s”: how long something takes, to the precision people can use. */
export function formatSeconds(seconds) {
    if (seconds >= 3600) {
        const minutes = Math.round(seconds / 60);
        return _t("%(hours)s h %(minutes)s min", {
            hours: Math.floor(minutes / 60),
            minutes: minutes % 60,
        });
    }
    if (seconds >= 60) {
        return _t("%(minutes)s min %(seconds)s s", {
            minutes: Math.floor(seconds / 60),
            seconds: seconds % 60,
        });
    }
    return _t("%s s", seconds);
}

/** A run as it goes on: what the cron has committed so far, asked again and again. */
export class RunProgress extends Component {
    static template = "subscription_billing.RunProgress";
    static props = {
        runId: Number,
        buttons: {type: Boolean, optional: true},
        onChange: {type: Function, optional: true},
    };
    static defaultProps = {buttons: true};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.run = useState({});
        onWillStart(() => this.load());
        this.timer = browser.setInterval(() => this.poll(), POLL);
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get isAtWork() {
        return AT_WORK.includes(this.run.state);
    }

    async load() {
        const before = this.run.state;
        const run = await this.orm.silent.call("billing.run", "get_progress", [
            [this.props.runId],
        ]);
        Object.assign(this.run, run);
        if (before && before !== run.state) {
            await this.props.onChange?.(run);
        }
    }

    poll() {
        return this.isAtWork && !document.hidden ? this.load() : undefined;
    }

    get headline() {
        if (this.run.is_stopping) {
            return _t("Stops after the invoices it is at …");
        }
        const texts = {
            waiting: _t("Starts within a minute …"),
            running: _t("At work"),
            stopped: _t("Stopped. What is billed stays billed; the rest goes on when you resume."),
            done: _t("Done"),
        };
        return texts[this.run.state];
    }

    get counts() {
        return _t("%(done)s of %(total)s contracts", {
            done: this.run.done,
            total: this.run.total,
        });
    }

    get speed() {
        const parts = [];
        if (this.run.per_minute) {
            parts.push(_t("%s contracts per minute", Math.round(this.run.per_minute)));
        }
        if (this.run.seconds_left) {
            parts.push(_t("still about %s", formatSeconds(this.run.seconds_left)));
        }
        return this.run.state === "running" ? parts.join(" · ") : "";
    }

    async call(method) {
        await this.orm.call("billing.run", method, [[this.props.runId]]);
        await this.load();
    }

    async view(method) {
        this.action.doAction(await this.orm.call("billing.run", method, [[this.props.runId]]));
    }
}

/** The same in the form of a run. */
export class RunProgressWidget extends Component {
    static template = "subscription_billing.RunProgressWidget";
    static components = {RunProgress};
    static props = {...standardWidgetProps};

    reload() {
        return this.props.record.load();
    }
}

registry.category("view_widgets").add("billing_run_progress", {component: RunProgressWidget});
