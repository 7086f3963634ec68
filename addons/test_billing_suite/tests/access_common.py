"""Two units of a company, its branch and another company, each with one of everything."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon

from .access_debits import plant_debits
from .access_dunning import plant_dunning
from .access_open_items import plant_open_items
from .access_statements import plant_statement

# Records of a company that all its units share, with the reason. Everything else belongs to the
# unit of its contract or document: a new model is one of those until it is named here.
SHARED = {
    "account.open.item.reason": "reasons hold for all units",
    "account.open.item.year.end": "sums of a whole company",
    "account.open.item.year.end.line": "as its year-end",
    "bank.statement.detail": "as its import",
    "bank.statement.import": "bank accounts belong to a company, statements are of all its units",
    "bank.statement.proposal": "as its bank entry",
    "billing.business.unit": "units of a company are no secret in it, their documents are",
    "billing.bonus.rule": "bonuses hold for all units",
    "billing.bundle": "as its plan",
    "billing.coupon": "coupons hold for all units",
    "billing.plan": "plans are offered by all units",
    "billing.plan.version": "as its plan",
    "billing.plan.phase": "as its plan",
    "billing.charge": "as its plan",
    "billing.charge.price": "as its plan",
    "billing.charge.tier": "as its plan",
    "billing.entitlement": "as its plan",
    "billing.price.change": "as its plan",
    "dunning.level": "as its policy",
    "dunning.policy": "policies hold for all units",
    "dunning.run": "counts of a whole company; its letters are read by unit",
    "usage.filter": "as its meter",
    "usage.meter": "meters hold for all units",
    "billing.test.clock": "the date of a customer of a sandbox, whom units share",
    "billing.test.clock.result": "as its clock, there are no real customers",
    "billing.run": "counts of a whole company; what it did is read by contract",
    "billing.run.stop": "as its run",
}
# Of these a branch uses its parent's, as it does with journals and taxes.
INHERITED = SHARED.keys() - {
    "billing.test.clock",
    "billing.test.clock.result",
    "billing.run",
    "billing.run.stop",
    "dunning.run",
    "account.open.item.year.end",
    "account.open.item.year.end.line",
    "bank.statement.detail",
    "bank.statement.import",
    "bank.statement.proposal",
}
# Of no company at all.
GLOBAL = {
    "billing.feature": "a catalogue of names, without prices or customers",
    "dunning.base.rate": "set by the central bank for everybody",
}
# Odoo's own models that hold what our addons write.
CORE_MODELS = (
    "account.analytic.line",
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "mail.activity",
    "mail.message",
    "payment.transaction",
)


def get_own_addons(env):
    """Names of the installed addons of the suite."""
    domain = [("state", "=", "installed"), ("author", "ilike", "Open Subscription Billing")]
    return env["ir.module.module"].sudo().search(domain).mapped("name")


class AccessCommon(SubscriptionBillingCommon):
    """Worlds ``AX`` and ``AY`` (units of a company), ``BR`` (its branch), ``B`` (another company).

    ``cls.planted[world][model]`` holds the ids of all that belongs to a world. Texts of contracts
    and documents carry ``DOC-<world>``, those of the configuration ``CFG-<world>``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().is_billing_sandbox = True
        cls.today = cls.company._get_billing_today()
        country = cls.company.country_id.id
        cls.branch = cls._add_company(
            {"name": "Branch", "parent_id": cls.company.id, "country_id": country}
        )
        cls.other = cls.setup_other_company(name="Other")["company"]
        cls.env.user.sudo().company_ids = [
            Command.link(cls.branch.id),
            Command.link(cls.other.id),
        ]
        companies = {"AX": cls.company, "AY": cls.company, "BR": cls.branch, "B": cls.other}
        cls.companies, cls.planted, cls.customers, cls.contracts = companies, {}, {}, {}
        cls.units = {}
        for world, company in companies.items():
            before = cls._take_stock()
            cls._plant(world, company)
            after = cls._take_stock()
            cls.planted[world] = {model: after[model] - before[model] for model in after}
            cls.planted[world] |= plant_statement(cls.env, world, company, cls.today)

    @classmethod
    def _add_company(cls, values):
        company = cls.env["res.company"].sudo().create(values)
        cls.env.user.sudo().company_ids = [Command.link(company.id)]
        # Odoo loads the chart of accounts of a branch before the commit.
        cls.env.cr.precommit.run()
        return company.with_env(cls.env)

    @classmethod
    def _get_own_models(cls):
        """Models of the suite's addons that keep records."""
        addons = get_own_addons(cls.env)
        return [
            name
            for name, model in cls.env.items()
            if model._original_module in addons and not (model._abstract or model._transient)
        ]

    @classmethod
    def _take_stock(cls):
        """Ids of all records there are: dict of model name -> set."""
        cls.env.flush_all()
        return {
            name: set(cls.env[name].sudo().with_context(active_test=False).search([]).ids)
            for name in (*cls._get_own_models(), *CORE_MODELS)
        }

    # === ONE OF EVERYTHING === #

    @classmethod
    def _plant(cls, world, company):
        """Create at least one record of each model in a world."""
        origin = cls.env
        companies = [company.id, *company.parent_id.ids]
        cls.env = origin(context={**origin.context, "allowed_company_ids": companies})
        try:
            company = company.with_env(cls.env)
            company.sudo().is_billing_sandbox = True
            unit = cls._create_unit(world, name=f"CFG-{world}", company_id=company.id)
            unit.email_from = f"{world.lower()}@example.com"
            customer = cls.env["res.partner"].create(
                {"name": f"Customer {world}", "email": f"customer-{world.lower()}@example.com"}
            )
            cls.units[world], cls.customers[world] = unit, customer
            plan = cls._plant_plan(world, company)
            cls._plant_meter(world, plan)
            contract = cls._plant_contract(world, company, unit, plan)
            cls.contracts[world] = contract.with_env(origin)
            cls._plant_run(world, contract)
            plant_debits(cls.env, world, contract)
            plant_dunning(cls.env, world, contract, cls.today - timedelta(days=len(cls.planted)))
            plant_open_items(cls.env, world, contract, cls.today)
            cls._plant_messages(world, contract)
        finally:
            cls.env.flush_all()
            cls.env = origin

    @classmethod
    def _plant_plan(cls, world, company):
        plan = cls._create_plan(
            f"CFG-{world}",
            [
                {"name": f"CFG-{world} base", "unit_price": 50.0},
                {
                    "name": f"CFG-{world} tiers",
                    "charge_model": "graduated",
                    "tier_ids": [
                        Command.create({"up_to": 10, "unit_price": 2.0}),
                        Command.create({"is_open": True, "unit_price": 1.0}),
                    ],
                },
            ],
            company_id=company.id,
            currency_id=company.currency_id.id,
        )
        flat = plan.charge_ids[0]
        cls.env["billing.plan.phase"].create({"charge_id": flat.id, "end_month": 1, "percent": 90})
        cls.env["res.currency"].sudo().search([("name", "=", "CHF")]).active = True
        cls.env["billing.charge.price"].create(
            {"charge_id": flat.id, "currency_id": cls.env.ref("base.CHF").id, "unit_price": 5.0}
        )
        cls.env["billing.price.change"].create(
            {
                "charge_id": flat.id,
                "effective_date": cls.today + timedelta(days=90),
                "unit_price": 60.0,
                "notice_days": 7,
            }
        )
        options = [
            {
                "version_id": plan.current_version_id.id,
                "product_id": cls.service.id,
                "name": f"CFG-{world} option {number}",
                "unit_price": 1.0,
                "is_option": True,
            }
            for number in range(2)
        ]
        charges = cls.env["billing.charge"].create(options)
        cls.env["billing.bundle"].create(
            {
                "version_id": plan.current_version_id.id,
                "name": f"CFG-{world}",
                "charge_ids": [Command.set(charges.ids)],
                "kind": "percent",
                "percent": 10.0,
            }
        )
        feature = cls.env["billing.feature"].create({"name": f"F {world}", "code": f"f{world}"})
        cls.env["billing.entitlement"].create(
            {"feature_id": feature.id, "version_id": plan.current_version_id.id}
        )
        cls.env["billing.bonus.rule"].create({"name": f"CFG-{world}", "period_count": 1})
        cls.env["billing.coupon"].create(
            {"name": f"CFG-{world}", "code": f"CFG-{world}", "kind": "percent", "percent": 5.0}
        )
        return plan

    @classmethod
    def _plant_meter(cls, world, plan):
        """A meter with a filter, and a charge of a plan that is billed by it."""
        values = {"property_name": f"CFG-{world}", "operator": "not in", "values": "no"}
        meter = cls.env["usage.meter"].create(
            {
                "name": f"CFG-{world}",
                "code": f"CFG-{world}",
                "company_id": plan.company_id.id,
                "filter_ids": [Command.create(values)],
            }
        )
        charge = plan.charge_ids.filtered("is_option")[:1]
        charge.write({"charge_model": "per_unit", "meter_id": meter.id, "is_option": False})

    @classmethod
    def _plant_usage(cls, world, contract):
        """Usage of the contract: an event, a quota, alerts and a difference."""
        line = contract.line_ids.filtered("meter_id")
        meter = line.meter_id
        owner = {"subscription_id": contract.id, "meter_id": meter.id}
        cls.env["usage.event"]._ingest_here(
            [
                {
                    "key": f"DOC-{world}",
                    "contract": contract.id,
                    "meter": meter.code,
                    "at": f"{cls.today - timedelta(days=1)}T12:00:00",
                    "quantity": 3,
                    "properties": {"note": f"DOC-{world}"},
                }
            ],
            contract.company_id,
        )
        quota = {"quantity": 1, "start_date": cls.today, "reason": f"DOC-{world}"}
        cls.env["usage.quota"].create({**owner, **quota})
        cls.env["usage.alert"].create({**owner, "level": 1})
        assert contract.sudo()._check_usage_alerts(cls.today)
        period = contract.period_ids[:1]
        cls.env["usage.correction"].sudo().create(
            {"line_id": line.id, "origin_id": period.id, "amount": 1.0, "state": "ignored"}
        )

    @classmethod
    def _plant_contract(cls, world, company, unit, plan):
        """A contract with hold, billed period, posted invoice, payment and notice."""
        contract = cls._create_contract(
            plan,
            start=cls.today - timedelta(days=20),
            company_id=company.id,
            business_unit_id=unit.id,
            partner_id=cls.customers[world].id,
            client_reference=f"DOC-{world}",
            note=f"<p>DOC-{world}</p>",
        )
        cls.env["billing.subscription.discount"].create(
            {
                "subscription_id": contract.id,
                "name": f"DOC-{world}",
                "kind": "percent",
                "percent": 5.0,
            }
        )
        analytic_plan = cls.env["account.analytic.plan"].sudo().create({"name": f"CFG-{world}"})
        account = cls.env["account.analytic.account"].create(
            {"name": f"CFG-{world}", "plan_id": analytic_plan.id, "company_id": company.id}
        )
        contract.analytic_distribution = {str(account.id): 100}
        moves = contract.sudo()._bill(cls.today)
        cls._plant_usage(world, contract)
        contract._hold("pause", f"DOC-{world}", True, cls.today)
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        payment = wizard.create({"communication": f"DOC-{world}"})._create_payments()
        assert payment.business_unit_id == unit
        cls._plant_transaction(world, moves)
        rule = cls.env["billing.bonus.rule"].search([("company_id", "=", company.id)], limit=1)
        cls.env["billing.bonus"].sudo().create(
            {
                "rule_id": rule.id,
                "subscription_id": contract.id,
                "beneficiary_id": contract.partner_id.id,
                "number": 1,
                "problem": f"DOC-{world}",
            }
        )
        cls.env["billing.price.notice"].sudo().create(
            {
                "change_id": plan.charge_ids.price_change_ids[:1].id,
                "subscription_id": contract.id,
                "notice_date": cls.today,
                "channel": "person",
            }
        )
        clock = cls.env["billing.test.clock"].create(
            {"company_id": company.id, "partner_id": cls.customers[world].id, "date": cls.today}
        )
        cls.env["billing.test.clock.result"].sudo().create(
            {"clock_id": clock.id, "date": cls.today, "name": f"Advanced {world}"}
        )
        return contract

    @classmethod
    def _plant_transaction(cls, world, moves):
        """An online payment that was begun."""
        providers = cls.env["payment.provider"].sudo()
        method = cls.env.ref("payment.payment_method_card").sudo()
        provider = providers.create({"name": world, "company_id": moves.company_id.id})
        cls.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"DOC-{world}",
                "amount": moves.amount_total,
                "currency_id": moves.currency_id.id,
                "partner_id": moves.partner_id.id,
                "invoice_ids": [Command.set(moves.ids)],
            }
        )

    @classmethod
    def _plant_run(cls, world, contract):
        run = (
            cls.env["billing.run"]
            .sudo()
            .create({"company_id": contract.company_id.id, "date": cls.today})
        )
        run.stop_ids.create({"run_id": run.id})
        with mute_logger("odoo.addons.subscription_billing.models.billing_run"):
            run._set_aside(contract, UserError(f"DOC-{world}"), cls.today)

    @classmethod
    def _plant_messages(cls, world, contract):
        contract.message_post(body=f"DOC-{world}", partner_ids=contract.partner_id.ids)
        contract.activity_schedule("mail.mail_activity_data_todo", summary=f"DOC-{world}")
        cls.env["billing.event"]._record(
            "customer.greeted", contract, {contract.id: {"text": f"DOC-{world}"}}
        )

    # === WHO LOOKS === #

    @classmethod
    def _create_viewer(cls, login, company, unit=None):
        """A manager, who may read most, of one company, limited to a unit or not."""
        return new_test_user(
            cls.env(su=True),
            login=login,
            groups="billing_base.group_billing_manager,account.group_account_manager,"
            "base.group_allow_export",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            business_unit_ids=[Command.set(unit.ids)] if unit else False,
        )

    @classmethod
    def _create_customer_login(cls, world):
        company = cls.companies[world]
        return new_test_user(
            cls.env(su=True),
            login=f"customer_{world}",
            groups="base.group_portal",
            partner_id=cls.customers[world].id,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
