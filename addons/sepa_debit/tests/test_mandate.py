from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SepaCommon


@tagged("post_install", "-at_install")
class TestMandate(SepaCommon):
    """Mandates: identifiers, states, uniqueness, amendments, lapse."""

    def test_identifiers_are_checked(self):
        self.assertEqual(self.creditor.identifier, "DE98ZZZ09999999999")
        with self._assert_refused("DE99ZZZ09999999999", "check digits"):
            self.creditor.identifier = "DE99ZZZ09999999999"
        with self._assert_refused("MÜ_1"):
            self._create_mandate(name="MÜ_1")
        account = self.env["res.partner.bank"].create(
            {"acc_number": "12345", "partner_id": self.customer.id}
        )
        with self._assert_refused("12345"):
            self._create_mandate(account=account)

    def test_references_are_unique_per_creditor(self):
        self._create_mandate(name="Kd-1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._create_mandate(name="KD-1")
        self.env.invalidate_all()
        self.assertTrue(self.mandate.name.startswith("M"))

    def test_states(self):
        self.mandate.action_suspend()
        self.mandate.action_activate()
        self.mandate.action_revoke()
        self.assertEqual(self.mandate.revoked_on, self.today)
        with self._assert_refused(self.mandate.name):
            self.mandate.action_activate()
        with self.assertRaises(UserError):
            self.mandate.unlink()
        draft = self.mandate.copy()
        self.assertEqual(draft.state, "draft")
        draft.unlink()

    def test_signature(self):
        with self.assertRaises(ValidationError):
            self._create_mandate(signed_on=date(2026, 3, 3))
        with self._assert_refused(self.mandate.name):
            self.mandate.partner_id = self.partner_b
        unsigned = self.mandate.copy()
        unsigned.action_activate()
        self.assertEqual(unsigned.signed_on, self.today)

    def test_lapse(self):
        mandate = self._create_mandate(signed_on=date(2023, 3, 20))
        self.assertEqual(mandate.lapses_on, date(2026, 3, 20))
        self._run()
        events = self.env["billing.event"].search(
            [("res_model", "=", "sepa.mandate"), ("res_id", "=", mandate.id)]
        )
        self.assertIn("mandate.lapsing", events.mapped("type"))
        self.assertEqual(mandate.state, "active")
        self._run()
        self.assertEqual(
            self.env["billing.event"].search_count([("type", "=", "mandate.lapsing")]), 1
        )
        self._set_today(date(2026, 3, 20))
        self._run()
        self.assertEqual(mandate.state, "lapsed")
        self.assertEqual(self.mandate.state, "active")

    def test_amendment_is_pending_until_settled(self):
        other = self.env["res.partner.bank"].create(
            {"acc_number": "AT611904300234573201", "partner_id": self.customer.id}
        )
        self.mandate.partner_bank_id = other
        self.assertFalse(self.mandate.has_amendment, "the bank knew nothing yet")
        self.mandate.was_settled = True
        self.mandate.partner_bank_id = self.account
        self.assertEqual(self.mandate.original_iban, "AT611904300234573201")
        self.mandate.partner_bank_id = other
        self.assertFalse(self.mandate.has_amendment, "back to what the bank knows")
        old = self.mandate.name
        self.mandate.name = "NEW-1"
        self.assertEqual(self.mandate.original_reference, old)
        self.creditor.name = "Neu GmbH"
        self.assertEqual(self.mandate.original_creditor_name, "Muster GmbH")

    def test_access(self):
        stranger = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.mandate.with_user(stranger).read(["name"])
        user = self._create_user("clerk")
        self.assertTrue(self.mandate.with_user(user).name)
        with self.assertRaises(AccessError):
            self.creditor.with_user(user).name = "X"
        with self.assertRaises(AccessError):
            self.env["sepa.collection.batch"].with_user(stranger).action_run()

    def test_form_to_sign(self):
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "sepa_debit.report_mandate", self.mandate.ids
        )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
