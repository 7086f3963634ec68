# mypy: ignore-errors
# ruff: noqa: F821
"""Play conformance scenarios through the real models; read by Odoo's shell on stdin.

Each scenario is one contract of a fresh customer. Its steps call what the screens call, its runs
are the billing runs of the cron, and what counts are the lines of the posted documents.
"""

import json
import os
from collections import defaultdict
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.fields import Domain

NEEDS_METERING = "needs usage_metering"
HAS_METERING = "usage.meter" in env


def set_up_company():
    company = env.company
    company.country_id = env.ref("base.de")
    charts = env["account.chart.template"]
    charts.try_loading("generic_coa", company=company, install_demo=False)
    company.currency_id = env.ref("base.EUR")
    for precision in ("Product Price", "Product Unit"):
        env["decimal.precision"].search([("name", "=", precision)]).digits = 10
    return company


def is_metered(case):
    plans = case["plans"].values()
    charges = [charge for plan in plans for charge in plan["charges"]]
    return (
        any(charge.get("meter") for charge in charges)
        or any(plan.get("commitment") for plan in plans)
        or any(step["do"] == "usage" for step in case["steps"])
    )


class Scenario:
    """One contract and what is billed of it."""

    def __init__(self, case):
        self.case = case
        self.currency = env.ref(f"base.{case['currency']}")
        self.currency.active = True
        self.tax = env["account.tax"].create(
            {
                "name": f"Tax of {case['id']}",
                "amount": float(case.get("tax_percent") or 0),
                "type_tax_use": "sale",
                "country_id": env.company.account_fiscal_country_id.id,
            }
        )
        self.charges = {}
        self.meters = {}
        self.plans = {code: self.create_plan(code, plan) for code, plan in case["plans"].items()}
        self.contract = None

    def money(self, value):
        """An amount that was stored as a float, with the decimals of the currency."""
        return round(Decimal(str(value)), self.currency.decimal_places)

    # === PLANS === #

    def create_plan(self, code, plan):
        assert not plan.get("minimum_term"), "minimum_term has no defined form"
        alignment = plan.get("alignment") or {"type": "anniversary"}
        record = env["billing.plan"].create(
            {
                "name": f"{self.case['id']} {code}",
                "currency_id": self.currency.id,
                "cadence_unit": plan["cadence"]["unit"],
                "cadence_count": plan["cadence"]["count"],
                "timing": plan["timing"],
                "proration": plan.get("proration") or "actual_days",
                "trial_days": plan.get("trial_days") or 0,
                "alignment": alignment["type"],
                "alignment_day": alignment.get("day") or 1,
                "alignment_date": alignment.get("date"),
                "alignment_weekday": str(alignment.get("weekday") or 1),
            }
        )
        if HAS_METERING:
            # A fee is what does not come in the trial; usage is none.
            record.current_version_id.is_trial_usage_charged = True
        for charge in plan["charges"]:
            self.charges[code, charge["code"]] = self.create_charge(record, charge)
        if plan.get("commitment"):
            self.create_commitment(record, plan["commitment"])
        return record

    def create_commitment(self, plan, commitment):
        flat = {"amount": commitment["amount"]}
        charge = self.create_charge(plan, {**commitment, "model": "flat", "params": flat})
        charge.is_commitment = True

    def get_meter(self, code):
        if code not in self.meters:
            name = f"{self.case['id']} {code}"
            self.meters[code] = env["usage.meter"].create({"name": name, "code": name})
        return self.meters[code]

    def get_metering(self, charge):
        if not charge.get("meter"):
            return {}
        window = charge.get("accumulate") or {}
        return {
            "meter_id": self.get_meter(charge["meter"]).id,
            "window_count": window.get("count") or 0,
            "window_unit": window.get("unit") or "month",
        }

    def create_charge(self, plan, charge):
        product = env["product.product"].create(
            {"name": charge["code"], "type": "service", "taxes_id": [Command.set(self.tax.ids)]}
        )
        return env["billing.charge"].create(
            {
                "version_id": plan.current_version_id.id,
                "product_id": product.id,
                "name": charge["code"],
                "code": charge["code"],
                "charge_model": charge["model"],
                **self.get_prices(charge["model"], charge["params"]),
                **self.get_metering(charge),
            }
        )

    def get_prices(self, model, params):
        limits = {
            "minimum_amount": float(params.get("minimum") or 0),
            "maximum_amount": float(params.get("maximum") or 0),
        }
        if model == "percentage":
            return {
                "rate": float(params["rate"]),
                "fixed_per_event": float(params.get("fixed_per_event") or 0),
                "free_events": params.get("free_events") or 0,
                "free_units": float(params.get("free_units") or 0),
                **limits,
            }
        if model in ("graduated", "volume", "graduated_percentage"):
            tiers = [
                Command.create(
                    {
                        "up_to": float(tier["up_to"] or 0),
                        "is_open": tier["up_to"] is None,
                        "unit_price": float(tier.get("unit_price") or 0),
                        "rate": float(tier.get("rate") or 0),
                        "flat_amount": float(tier.get("flat_amount") or 0),
                    }
                )
                for tier in params["tiers"]
            ]
            return {"tier_ids": tiers, **limits}
        key = {"flat": "amount", "package": "package_price"}.get(model, "unit_price")
        prices = {"unit_price": float(params[key]), **limits}
        if model == "package":
            prices["package_size"] = float(params["package_size"])
            prices["free_units"] = float(params.get("free_units") or 0)
        return prices

    # === STEPS === #

    def play(self):
        for step in self.case["steps"]:
            arguments = {key: step[key] for key in step if key not in ("on", "do")}
            getattr(self, f"do_{step['do']}")(fields.Date.to_date(step["on"]), **arguments)
            env.flush_all()

    def do_subscribe(self, on, plan, start, end=None, quantities=None):
        quantities = quantities or {}
        partner = env["res.partner"].create({"name": self.case["id"]})
        self.contract = env["billing.subscription"].create(
            {
                "partner_id": partner.id,
                "plan_id": self.plans[plan].id,
                "start_date": start,
                "end_date": end,
            }
        )
        for line in self.contract.line_ids:
            if line.charge_id.code in quantities:
                line.quantity = float(quantities[line.charge_id.code])
        if HAS_METERING:
            self.contract.usage_tz = "UTC"
        self.contract._activate(on)

    def do_change_plan(self, on, plan, effective, quantities=None):
        version = self.plans[plan].current_version_id
        amounts = {
            self.charges[plan, code].id: float(quantity)
            for code, quantity in (quantities or {}).items()
        }
        self.contract._change_plan(version, fields.Date.to_date(effective), amounts)

    def do_set_quantity(self, on, charge, quantity, effective):
        [record] = [
            line.charge_id
            for line in self.contract._get_lines_after(fields.Date.to_date(effective))
            if line.charge_id.code == charge
        ][:1]
        self.contract._change_quantity(record, float(quantity), fields.Date.to_date(effective))

    def do_cancel(self, on, effective, credit):
        self.contract._cancel(fields.Date.to_date(effective), credited=credit == "prorated")

    def do_pause(self, on, effective):
        self.contract._pause(fields.Date.to_date(effective))

    def do_resume(self, on, effective):
        self.contract._resume(fields.Date.to_date(effective))

    def do_schedule_price(self, on, plan, charge, effective, params):
        key = {"charge_id": self.charges[plan, charge].id, "effective_date": effective}
        changes = env["billing.price.change"]
        planned = changes.search([(name, "=", value) for name, value in key.items()])
        if planned:
            # One price per day: who plans another one changes the first.
            planned.params = params
        else:
            changes.create({**key, "params": params})

    def do_usage(self, on, meter, at, quantity):
        self.used = getattr(self, "used", 0) + 1
        event = {
            "key": f"{self.case['id']} {self.used}",
            "contract": self.contract.id,
            "meter": self.get_meter(meter).code,
            "at": at,
            "quantity": quantity,
        }
        [result] = env["usage.event"]._ingest_here([event])
        if result["status"] != "accepted":
            raise UserError(result["message"])

    def do_set_billing_day(self, on, day):
        self.contract._set_billing_day(day)

    def do_run_billing(self, on):
        runs = env["billing.run"].sudo().with_context(billing_one_transaction=True)
        runs._run_billing(env.company, on, Domain("id", "=", self.contract.id))
        if self.contract.billing_error:
            # Billed apart, it fails with what made the run set it aside: a refusal or a fault.
            self.contract._bill(on)
            raise AssertionError(self.contract.billing_error)

    def do_pay(self, on, amount=None):
        moves = self.get_moves().filtered("amount_residual")
        if not moves:
            return
        context = {"active_model": "account.move", "active_ids": moves.ids}
        wizard = env["account.payment.register"].with_context(**context)
        wizard.create({"payment_date": on, "group_payment": True}).action_create_payments()

    # === RESULT === #

    def get_moves(self):
        return self.contract.period_ids.move_id

    def get_documents(self):
        """What was billed by day: lines by charge and dates, and the totals."""
        days = {}
        for move in self.get_moves():
            assert move.state == "posted", move.state
            sign = -1 if move.move_type == "out_refund" else 1
            day = days.setdefault(
                move.invoice_date.isoformat(),
                {"lines": defaultdict(Decimal), "untaxed": 0, "tax": 0, "total": 0},
            )
            for line in move.invoice_line_ids:
                [period] = line.billing_period_ids
                key = (period.charge_id.code, str(period.start_date), str(period.end_date))
                day["lines"][key] += sign * self.money(line.price_subtotal)
            day["untaxed"] += sign * self.money(move.amount_untaxed)
            day["tax"] += sign * self.money(move.amount_tax)
            day["total"] += sign * self.money(move.amount_total)
        for day in days.values():
            day["lines"] = {key: amount for key, amount in day["lines"].items() if amount}
        return {name: day for name, day in days.items() if day["lines"]}

    def get_expected(self):
        days = {}
        for expected in self.case.get("expect") or ():
            lines = defaultdict(Decimal)
            for line in expected["lines"]:
                lines[line["charge"], line["from"], line["to"]] += Decimal(line["amount"])
            totals = {key: Decimal(expected[key]) for key in ("untaxed", "tax", "total")}
            lines = {key: amount for key, amount in lines.items() if amount}
            if lines:
                days[expected["on"]] = {"lines": lines, **totals}
        return days

    def compare(self):
        found, expected = self.get_documents(), self.get_expected()
        return [
            f"{day}: billed {show(found.get(day))}, expected {show(expected.get(day))}"
            for day in sorted(found.keys() | expected.keys())
            if found.get(day) != expected.get(day)
        ]


def show(day):
    if not day:
        return "nothing"
    lines = [
        f"{code} {start}..{end} {amount}"
        for (code, start, end), amount in sorted(day["lines"].items())
    ]
    totals = " ".join(f"{key} {day[key]}" for key in ("untaxed", "tax", "total"))
    return f"[{'; '.join(lines)}] {totals}"


def judge(case):
    try:
        if is_metered(case) and not HAS_METERING:
            return "skipped", NEEDS_METERING
        with env.cr.savepoint():
            scenario = Scenario(case)
            scenario.play()
            wrong = scenario.compare()
    except (UserError, IntegrityError) as error:
        # Constraints of the database carry a message for people, too.
        return "refused", env["billing.run.error"]._get_reason(error)
    except Exception as error:  # noqa: BLE001 a case that cannot be played has failed
        return "failed", f"{type(error).__name__}: {error}"
    return ("failed", " | ".join(wrong)) if wrong else ("passed", "")


company = set_up_company()
with open(os.environ["CONFORMANCE_CASES"]) as source:
    cases = json.load(source)
results = []
for case in cases:
    verdict, detail = judge(case)
    results.append({"id": case["id"], "verdict": verdict, "detail": detail})
with open(os.environ["CONFORMANCE_RESULTS"], "w") as out:
    json.dump(results, out)
