# mypy: ignore-errors
# ruff: noqa: F821
"""Fill a fresh database with the demo company; read by Odoo's shell on stdin."""

import csv
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.tools.misc import file_open

REFERENCE = date(2026, 11, 1)  # the month the dates of the CSV files were written in
FOLDER = "subscription_billing/demo"


def shifted(text, months):
    """A date of the CSV moved by whole months, so that the demo never looks old."""
    day = date.fromisoformat(text) + relativedelta(months=months)
    return day.isoformat()


def load_csv(model, months=0):
    """The import a user would do, with Odoo's own ``load``."""
    with file_open(f"{FOLDER}/{model}.csv") as source:
        header, *rows = csv.reader(source)
    dates = [index for index, name in enumerate(header) if name.endswith("_date")]
    for row in rows:
        for index in dates:
            row[index] = row[index] and shifted(row[index], months)
    importer = env[model].with_context(
        _import_current_module="subscription_billing", tracking_disable=True
    )
    result = importer.load(header, rows)
    if not result["ids"]:
        raise SystemExit(f"{model}: {result['messages']}")
    return env[model].browse(result["ids"])


def set_up_company():
    company = env.company
    company.write(
        {
            "name": "Nordlicht Cloud GmbH",
            "street": "Speicherstadt 12",
            "zip": "20457",
            "city": "Hamburg",
            "country_id": env.ref("base.de").id,
            "email": "rechnung@nordlicht.example",
            "phone": "+49 40 5550 1200",
            "vat": "DE123456788",
            # For trying things out: nothing of the demo reaches the outside.
            "is_billing_sandbox": True,
        }
    )
    company.partner_id.write({"lang": "de_DE", "tz": "Europe/Berlin"})
    env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
    bank = env["res.partner.bank"].create(
        {"acc_number": "DE89370400440532013000", "partner_id": company.partner_id.id}
    )
    env["account.journal"].search([("type", "=", "bank")], limit=1).bank_account_id = bank
    return company


def set_taxes(company, products):
    for rate in (7, 19):
        tax = env.ref(f"account.{company.id}_tax_ust_{rate}_skr03")
        matching = products.filtered(
            lambda product, code=f"VAT{rate}": product.default_code == code
        )
        matching.taxes_id = [Command.set(tax.ids)]
    products.default_code = False


def create_unit(company):
    """A business unit with its own number range, for the technical services."""
    journal = env["account.journal"].create(
        {"name": "Service vor Ort", "code": "SVO", "type": "sale", "company_id": company.id}
    )
    return env["billing.business.unit"].create(
        {
            "name": "Nordlicht Service",
            "code": "SERVICE",
            "company_id": company.id,
            "journal_id": journal.id,
            "email_from": "service@nordlicht.example",
        }
    )


def create_overdue_invoice(company, customer, today):
    """An open invoice from before the contracts, so that the customer has something to pay."""
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": today - relativedelta(days=45),
            "invoice_date_due": today - relativedelta(days=31),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Einrichtung und Datenübernahme",
                        "price_unit": 180.0,
                        "tax_ids": env.ref(f"account.{company.id}_tax_ust_19_skr03").ids,
                    }
                )
            ],
        }
    ).action_post()


def create_users(customer):
    accountant = env["res.users"].create(
        {
            "name": "Birgit Albers",
            "login": "accountant",
            "password": "accountant",
            "lang": "de_DE",
            "tz": "Europe/Berlin",
            "group_ids": [
                Command.link(env.ref("base.group_user").id),
                Command.link(env.ref("account.group_account_manager").id),
                Command.link(env.ref("billing_base.group_billing_manager").id),
            ],
        }
    )
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": customer.name,
            "login": "customer",
            "password": "customer",
            "partner_id": customer.id,
            "lang": "de_DE",
            "tz": "Europe/Berlin",
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )
    return accountant


def create_metered_contract(company, customer, today):
    """A contract of usage: calls in tiers, with a prepaid pack, since two months."""
    product = env["product.product"].search([("type", "=", "service")], limit=1)
    meter = env["usage.meter"].create({"name": "API-Aufrufe", "code": "api_calls"})
    tiers = [(1000, 0.05), (10000, 0.03), (0, 0.02)]
    plan = env["billing.plan"].create(
        {
            "name": "Schnittstelle",
            "code": "API",
            "company_id": company.id,
            "alignment": "calendar",
            "charge_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "name": "Zugang zur Schnittstelle",
                        "unit_price": 19.0,
                    }
                ),
                Command.create(
                    {
                        "product_id": product.id,
                        "name": "API-Aufrufe",
                        "charge_model": "graduated",
                        "meter_id": meter.id,
                        "tier_ids": [
                            Command.create(
                                {"up_to": up_to, "is_open": not up_to, "unit_price": unit_price}
                            )
                            for up_to, unit_price in tiers
                        ],
                    }
                ),
                Command.create(
                    {
                        "product_id": product.id,
                        "name": "500 Aufrufe im Voraus",
                        "unit_price": 15.0,
                        "recurrence": "once",
                        "quota_meter_id": meter.id,
                        "quota_units": 500,
                    }
                ),
            ],
        }
    )
    start = today.replace(day=1) - relativedelta(months=1)
    contract = env["billing.subscription"].create(
        {"partner_id": customer.id, "plan_id": plan.id, "start_date": start}
    )
    contract._activate(start)
    events = []
    for day in range((today - start).days):
        for hour in (7, 11, 16):
            moment = start + relativedelta(days=day)
            events.append(
                {
                    "key": f"demo {day} {hour}",
                    "contract": contract.id,
                    "meter": meter.code,
                    "at": f"{moment.isoformat()}T{hour:02}:30:00",
                    "quantity": 15 + (day * 7 + hour * 3) % 40,
                    "properties": {"region": ("eu", "us")[hour % 2]},
                }
            )
    results = env["usage.event"]._ingest_here(events)
    assert all(result["status"] == "accepted" for result in results), results[:3]
    return contract


company = set_up_company()
today = company._get_billing_today()
months = relativedelta(today.replace(day=1), REFERENCE)
months = months.years * 12 + months.months
set_taxes(company, load_csv("product.product"))
load_csv("billing.plan")
customers = load_csv("res.partner")
customers.customer_rank = 1
contracts = load_csv("billing.subscription", months)
unit = create_unit(company)
contracts.filtered(lambda sub: sub.plan_id.code in ("MAINT", "HELP")).business_unit_id = unit
customer = customers[3]
accountant = create_users(customer)
contracts.user_id = accountant
create_metered_contract(company, customer, today).user_id = accountant
create_overdue_invoice(company, customer, today)
contracts.filtered(lambda sub: sub.start_date <= today).action_activate()
env["ir.config_parameter"].set_param("subscription_billing.chunk_size", "10")
env["ir.config_parameter"].set_param("web.base.url.freeze", "False")
env.ref("subscription_billing.ir_cron_billing_run").nextcall = env.cr.now()
env.cr.commit()
