import base64
from datetime import date, timedelta

from lxml import etree
from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..core.inspection import inspect
from ..core.profile import PROFILES
from .common import SepaCommon

OLD, NEW = "DE75512108001245126199", "AT611904300234573201"


@tagged("post_install", "-at_install")
class TestAcceptance(SepaCommon):
    """What banks ask of a creditor, from the invoice to the bytes of the file."""

    def _file(self, batch):
        return etree.fromstring(base64.b64decode(batch.file))

    def _values(self, batch, name):
        return [element.text for element in self._file(batch).iter(f"{{*}}{name}")]

    def _account(self, number, partner=None):
        return self.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": (partner or self.customer).id}
        )

    def _collect(self, day, **values):
        """Bring an invoice that is due on a day to the bank; return its collection."""
        self._set_today(day - timedelta(days=18), 6)
        invoice = self._bill(due=day, **values)
        self._deliver(invoice)
        self._set_today(day - timedelta(days=1), 6)
        self._run()
        collection = self._collections(invoice)
        collection.batch_id.action_write()
        collection.batch_id.action_submit()
        return collection

    def _settle(self, collection):
        self._set_today(collection.collect_on, 6)
        collection.batch_id.action_settle()

    # === FILES === #

    def test_files_by_scheme_sequence_and_day(self):
        self.creditor.announces_first = True
        known = self._create_mandate(was_settled=True)
        b2b = self._create_mandate(
            account=self._account(NEW), scheme="B2B", is_registered=True, was_settled=True
        )
        days = date(2026, 3, 19), date(2026, 3, 20)
        invoices = self.env["account.move"]
        for mandate in (self.mandate, known, b2b):
            for day in days:
                invoices |= self._bill(due=day, sepa_mandate_id=mandate.id)
        self._deliver(invoices)
        self._set_today(date(2026, 3, 18), 6)
        self._run()
        batches = self._collections(invoices).batch_id
        self.assertEqual(
            sorted(batches.mapped(lambda b: (b.scheme, b.sequence_type, b.collect_on, b.count))),
            [
                (scheme, sequence, day, 1)
                for scheme, sequence in (("B2B", "RCUR"), ("CORE", "FRST"), ("CORE", "RCUR"))
                for day in days
            ],
        )
        batches.action_write()
        for batch in batches:
            self.assertEqual(self._values(batch, "PmtInfId"), [batch.payment_id])
            self.assertEqual(self._values(batch, "SeqTp"), [batch.sequence_type])
            self.assertEqual(self._values(batch, "ReqdColltnDt"), [str(batch.collect_on)])
        self.assertEqual(len(set(batches.mapped("payment_id"))), 6)

    def test_every_profile_writes_what_it_takes(self):
        for key, profile in PROFILES.items():
            with self.subTest(profile=key):
                self._set_today(date(2026, 3, 2))
                self.creditor.profile = key
                batch = self._make_batch(self._bill(2))
                batch.action_write()
                self.assertEqual(inspect(base64.b64decode(batch.file), profile), [])

    # === CHANGE OF ACCOUNT === #

    def test_change_of_account_is_announced_until_settled(self):
        for names_old, element, value in ((True, "IBAN", OLD), (False, "Othr/{*}Id", "SMNDA")):
            with self.subTest(names_old=names_old):
                self.creditor.names_old_account = names_old
                mandate = self._create_mandate(was_settled=True)
                mandate.partner_bank_id = self.env["res.partner.bank"].search(
                    [("sanitized_acc_number", "=", NEW)]
                ) or self._account(NEW)
                rejected = self._collect(date(2026, 4, 22), sepa_mandate_id=mandate.id)
                self._assert_announced(rejected, element, value)
                rejected._fail("TM01")
                again = self._collect(date(2026, 5, 20), sepa_mandate_id=mandate.id)
                self._assert_announced(again, element, value)
                self._settle(again)
                third = self._collect(date(2026, 6, 17), sepa_mandate_id=mandate.id)
                self.assertFalse(self._values(third.batch_id, "AmdmntInd"))

    def _assert_announced(self, collection, element, value):
        root = self._file(collection.batch_id)
        [debit] = [
            debit
            for debit in root.iter("{*}DrctDbtTxInf")
            if debit.findtext("{*}PmtId/{*}EndToEndId") == collection.end_to_end_id
        ]
        self.assertEqual(debit.findtext(".//{*}AmdmntInd"), "true")
        self.assertEqual(debit.findtext(f".//{{*}}OrgnlDbtrAcct/{{*}}Id/{{*}}{element}"), value)
        self.assertEqual(debit.findtext("{*}DbtrAcct/{*}Id/{*}IBAN"), NEW)

    # === REFUSED BEFORE A FILE EXISTS === #

    def test_refused_with_field_and_record(self):
        """(what is wrong, field in the message), for every profile."""
        cases = [
            (lambda: self.account.write({"acc_holder_name": "N" * 100}), "name of the debtor"),
            (lambda: self.creditor.write({"remittance_template": "T" * 141}), "remittance text"),
            (lambda: self._no_signature(), "signature date"),
        ]
        for key in PROFILES:
            for number, (spoil, field) in enumerate(cases):
                with self.subTest(profile=key, case=number):
                    self._set_today(date(2026, 3, 2))
                    self.creditor.profile = key
                    invoice = self._bill()
                    batch = self._make_batch(invoice)
                    spoil()
                    with self._assert_refused(batch.name, invoice.name, field):
                        batch.action_write()
                    self.assertFalse(batch.file)
                    self._repair()

    def _no_signature(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sepa_mandate SET signed_on = NULL WHERE id = %s", [self.mandate.id]
        )
        self.env.invalidate_all()

    def _repair(self):
        self.account.acc_holder_name = False
        self.creditor.remittance_template = "{invoice}"
        self.env.cr.execute(
            "UPDATE sepa_mandate SET signed_on = '2026-01-10' WHERE id = %s", [self.mandate.id]
        )
        self.env.invalidate_all()

    def test_accounts_outside_the_eea_need_an_address(self):
        self.customer.write({"street": "Weg 1", "zip": "8000", "city": False})
        for number in ("CH9300762011623852957", "GB82WEST12345698765432"):
            with self.subTest(number=number):
                self._set_today(date(2026, 3, 2))
                self.customer.city = False
                mandate = self._create_mandate(account=self._account(number))
                invoice = self._bill(sepa_mandate_id=mandate.id)
                batch = self._make_batch(invoice)
                with self._assert_refused(invoice.name, "address of the debtor"):
                    batch.action_write()
                self.customer.write({"city": "Town", "country_id": self.env.ref("base.ch").id})
                batch.action_write()
                self.assertEqual(self._values(batch, "TwnNm"), ["Town"])

    def test_mandates_that_differ_in_case_only(self):
        self._create_mandate(name="KD-one")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._create_mandate(name="KD-ONE")
