"""Base class for tests of subscription_billing and of the addons on top of it (public API)."""

import base64
import io
from contextlib import contextmanager
from unittest.mock import patch

from PIL import Image

from odoo import SUPERUSER_ID, Command, fields
from odoo.fields import Domain

from odoo.addons.billing_base.tests.common import BillingCommon


class SubscriptionBillingCommon(BillingCommon):
    """Plans, contracts and billing runs on given days.

    Days are ISO texts or dates. ``cls.service`` is a product with the company's sales tax,
    ``cls.monthly`` a plan billed monthly in advance: one flat charge of 100.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls._create_service("Hosting")
        cls.monthly = cls._create_plan("Monthly", [{"unit_price": 100.0}])

    @classmethod
    def _create_service(cls, name, **values):
        """Return a product with the default sales tax of the test company."""
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "lst_price": 100.0,
                "taxes_id": [Command.set(cls.company_data["default_tax_sale"].ids)],
                "property_account_income_id": cls.company_data["default_account_revenue"].id,
                **values,
            }
        )

    @classmethod
    def _create_plan(cls, name="Plan", charges=(), **values):
        """Return a plan, monthly in advance unless ``values`` say otherwise.

        :param charges: dicts for ``billing.charge``; the product is ``cls.service`` by default
        """
        commands = [
            Command.create({"product_id": cls.service.id, "name": name, **charge})
            for charge in charges
        ]
        return cls.env["billing.plan"].create({"name": name, "charge_ids": commands, **values})

    @classmethod
    def _create_contract(cls, plan=None, start="2025-01-01", active=True, **values):
        """Return a contract of ``partner_a``, activated on its start unless ``active`` is false.

        :param active: true, false, or the day on which it is activated
        """
        contract = cls.env["billing.subscription"].create(
            {
                "partner_id": cls.partner_a.id,
                "plan_id": (plan or cls.monthly).id,
                "start_date": start,
                **values,
            }
        )
        if active:
            contract._activate(cls._day(start if active is True else active))
        return contract

    @classmethod
    def _create_contracts(cls, count, **values):
        """Return ``count`` active contracts, each with a customer of its own."""
        partners = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        contracts = [cls._create_contract(partner_id=partner.id, **values) for partner in partners]
        return cls.env["billing.subscription"].concat(*contracts)

    @staticmethod
    def _day(text):
        return fields.Date.to_date(text)

    @classmethod
    def _run_billing(cls, today, domain=Domain.TRUE, company=None):
        """Bill as the cron does on ``today``; return the posted invoices, oldest first.

        The commit after each chunk becomes a flush; nothing else is changed: errors of the
        database still come when they would, and a rollback is still forbidden.
        """
        Move = cls.env["account.move"]
        last = Move.search([], order="id desc", limit=1).id or 0
        run = cls.env["billing.run"].with_user(SUPERUSER_ID)
        with cls._flush_instead_of_commit():
            run._run_billing(company or cls.company, cls._day(today), Domain(domain))
        return Move.search([("id", ">", last), ("move_type", "=", "out_invoice")], order="id")

    @classmethod
    @contextmanager
    def _flush_instead_of_commit(cls, seconds_left=float("inf")):
        """Let runs work in the transaction of the test; yield the list of their steps.

        :param seconds_left: what the run is told; 0 stops it after one chunk
        """
        steps = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            cron.env.flush_all()
            steps.append((processed, remaining))
            return seconds_left

        with patch.object(cls.registry["ir.cron"], "_commit_progress", commit_progress):
            yield steps

    @classmethod
    def _draw_logo(cls):
        """A logo for a business unit, of one colour, as ``_shows_logo`` finds it again."""
        stream = io.BytesIO()
        Image.new("RGB", (300, 80), (200, 30, 60)).save(stream, "PNG")
        return base64.b64encode(stream.getvalue())

    @classmethod
    def _shows_logo(cls, page):
        """Whether the logo is on a page of a PDF, as :mod:`pypdf` reads it."""
        colours = [image.image.convert("RGB").getpixel((5, 5)) for image in page.images]
        return any(abs(red - 200) < 12 and green < 60 for red, green, _blue in colours)

    @classmethod
    def _get_last_run(cls):
        return cls.env["billing.run"].search([], limit=1)

    @classmethod
    def _get_billed(cls, contracts, voided=False):
        """Return ``[(first day, first day after, amount), ...]`` of what is billed, in order."""
        cls.env.invalidate_all()
        periods = contracts.period_ids.filtered(lambda period: period.voided == voided)
        return [
            (str(period.start_date), str(period.end_date), period.amount)
            for period in periods.sorted(lambda period: (period.start_date, period.id))
        ]
