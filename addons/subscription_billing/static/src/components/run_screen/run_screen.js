import {Component, onWillDestroy, onWillStart, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Layout} from "@web/search/layout";
import {MultiRecordSelector} from "@web/core/record_selectors/multi_record_selector";
import {RunProgress} from "../run_progress/run_progress";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {formatMonetary} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const NO_RESULT = {
    documents: 0,
    contracts: 0,
    carried: 0,
    total: 0,
    sums: {},
    rows: [],
    nextText: "",
};
const SCOPE_FIELDS = ["business_unit_ids", "plan_ids", "partner_ids"];

/** What a run over a scope would do, exceptions first; then its release and its progress. */
export class RunScreen extends Component {
    static template = "subscription_billing.RunScreen";
    static components = {DateTimeInput, Layout, MultiRecordSelector, RunProgress};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        const kept = this.props.state || {};
        this.state = useState({
            scope: kept.scope || {business_unit_ids: [], plan_ids: [], partner_ids: []},
            // By row, named by its first contract: {decision: "set_aside" | "hold", reason, ids}
            decisions: kept.decisions || {},
            runId: kept.runId || false,
            result: {...NO_RESULT},
            isLoading: false,
            isReleasing: false,
            nothing: false,
        });
        useSetupAction({
            getLocalState: () => ({
                scope: this.state.scope,
                decisions: this.state.decisions,
                runId: this.state.runId,
            }),
        });
        // A newer preview makes the answers of an older one worthless.
        this.turn = 0;
        onWillStart(() => this.start());
        onWillDestroy(() => this.turn++);
    }

    async start() {
        this.info = await this.orm.call("billing.run", "open_preview");
        this.state.scope.date = this.state.scope.date || this.info.date;
        this.state.runId = this.state.runId || this.info.run_id;
        if (!this.state.runId) {
            this.preview();
        }
    }

    // === PREVIEW === //

    /** Chunk by chunk, so that no request lasts long and the page counts as it goes. */
    async preview() {
        const turn = ++this.turn;
        const result = {...NO_RESULT, sums: {}, rows: []};
        Object.assign(this.state, {result, isLoading: true, nothing: false});
        let last = [0, 0];
        try {
            do {
                const part = await this.orm.silent.call("billing.run", "preview_chunk", [
                    this.state.scope,
                    last,
                ]);
                if (turn !== this.turn) {
                    return;
                }
                this.add(part);
                last = part.last;
            } while (last);
        } finally {
            if (turn === this.turn) {
                this.state.isLoading = false;
            }
        }
    }

    add(part) {
        const result = this.state.result;
        result.documents += part.documents;
        result.contracts += part.contracts;
        result.carried += part.carried;
        result.rows.push(...part.rows);
        for (const [currency, untaxed, total] of part.sums) {
            const sum = (result.sums[currency] ||= {untaxed: 0, total: 0});
            sum.untaxed += untaxed;
            sum.total += total;
        }
        if ("total" in part) {
            result.total = part.total;
            result.nextText = part.next_text;
        }
    }

    get date() {
        return deserializeDate(this.state.scope.date);
    }

    setDate(date) {
        if (date) {
            this.state.scope.date = serializeDate(date);
            this.preview();
        }
    }

    setScope(name, ids) {
        this.state.scope[name] = ids;
        this.preview();
    }

    get percent() {
        const {contracts, total} = this.state.result;
        return total ? Math.floor((100 * contracts) / total) : 0;
    }

    get isOtherDay() {
        return this.state.scope.date !== this.info.date;
    }

    /** Rows of documents that will not be made, because somebody leaves them out. */
    get leftOut() {
        return this.state.result.rows.filter(
            (row) => row.amounts.length && this.state.decisions[row.id]
        );
    }

    get sums() {
        return Object.entries(this.state.result.sums).map(([currency, sum]) => {
            const currencyId = Number(currency);
            const out = this.leftOut.filter((row) => row.currency_id === currencyId);
            const less = (index) => out.reduce((total, row) => total + row.amounts[index], 0);
            return {
                currency,
                untaxed: formatMonetary(sum.untaxed - less(0), {currencyId}),
                total: formatMonetary(sum.total - less(1), {currencyId}),
            };
        });
    }

    /** Exceptions by cause, the most serious first. */
    get groups() {
        return this.info.causes
            .map(([cause, label]) => ({
                cause,
                label,
                rows: this.state.result.rows.filter((row) => row.cause === cause),
            }))
            .filter((group) => group.rows.length);
    }

    get summary() {
        const {documents, total, rows} = this.state.result;
        const decided = Object.values(this.state.decisions).flatMap(({ids}) => ids);
        const left = total - decided.length;
        return _t("%(documents)s documents for %(contracts)s contracts, %(rows)s to look at", {
            documents: documents - this.leftOut.length,
            contracts: Math.max(left, 0),
            rows: rows.length,
        });
    }

    // === DECISIONS === //

    decide(row, decision) {
        if (this.state.decisions[row.id]?.decision === decision) {
            delete this.state.decisions[row.id];
        } else {
            const reason = this.state.decisions[row.id]?.reason ?? row.texts.join(", ");
            const ids = row.contracts.map(([id]) => id);
            this.state.decisions[row.id] = {decision, reason, ids};
        }
    }

    decideAll(group, decision) {
        for (const row of group.rows) {
            if (this.state.decisions[row.id]?.decision !== decision) {
                this.decide(row, decision);
            }
        }
    }

    setReason(row, reason) {
        this.state.decisions[row.id].reason = reason;
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    // === RELEASE === //

    async release() {
        this.state.isReleasing = true;
        try {
            const decisions = Object.values(this.state.decisions).flatMap(
                ({ids, decision, reason}) =>
                    ids.map((id) => ({subscription_id: id, decision, reason}))
            );
            const scope = {date: this.state.scope.date};
            SCOPE_FIELDS.forEach((name) => (scope[name] = [...this.state.scope[name]]));
            const runId = await this.orm.call("billing.run", "release", [scope, decisions]);
            this.state.runId = runId;
            this.state.nothing = !runId;
            this.state.decisions = {};
        } finally {
            this.state.isReleasing = false;
        }
    }

    /** Look at what is due now, after a run. */
    async again() {
        this.state.runId = false;
        await this.preview();
    }
}

registry.category("actions").add("billing_run_screen", RunScreen);
