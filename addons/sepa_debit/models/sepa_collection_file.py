import base64

import pytz

from odoo import models
from odoo.exceptions import UserError

from ..core.checks import check_debit, check_file, check_group
from ..core.pain008 import Address, Debit, File, Group, Party, render
from ..core.remittance import TemplateError
from ..core.remittance import render as render_text
from .sepa_collection_notice import _cents
from .sepa_texts import describe_defect, exclusion_text

PIECE = 1000


class SepaCollectionBatch(models.Model):
    """The bank file: facts, checks, bytes."""

    _inherit = "sepa.collection.batch"

    def _write_file(self):
        """Check every debit, leave out what the bank would refuse, and write the rest.

        :raise UserError: when nothing is left, or something is wrong with the file itself
        """
        self.ensure_one()
        self.company_id._check_may_reach_outside(self.env._("Write the bank file %s", self.name))
        self.lock_for_update()
        created_at = self.creditor_id._get_created_at()
        count, cents = self._check_collections()
        if not count:
            raise UserError(
                self.env._(
                    "No debit of the file %(file)s can be written. Repair what is named and "
                    "cancel the file; the next run makes another one.",
                    file=self.name,
                )
                + f"\n{self.problems or ''}"
            )
        file = self._get_file(created_at, count, cents, self._iter_debits())
        self._check_file(file)
        content = b"".join(render(file, self.creditor_id._get_profile()))
        self._set_state(
            "written",
            file=base64.b64encode(content),
            file_name=f"{self.name}.xml",
            written_at=created_at.astimezone(pytz.utc).replace(tzinfo=None),
            count=count,
            amount=cents / 100,
        )

    # === CHECKS === #

    def _check_collections(self):
        """Take out what cannot be written, with its reasons.

        :return: number of debits left, and their sum in cents
        """
        count, cents, problems = 0, 0, []
        profile = self.creditor_id._get_profile()
        for collections in self._iter_collections():
            for collection in collections:
                texts = collection._get_problems(profile)
                if texts:
                    problems += texts
                    collection.write({"batch_id": False, "problem": "\n".join(texts)})
                else:
                    count += 1
                    cents += _cents(collection.amount)
        self.problems = "\n".join(problems)
        return count, cents

    def _check_file(self, file):
        profile = self.creditor_id._get_profile()
        defects = check_file(file, profile)
        for group in file.groups:
            defects += check_group(group, profile)
        if defects:
            texts = [describe_defect(self.env, self.creditor_id.name, d) for d in defects]
            raise UserError("\n".join(texts))

    # === FACTS === #

    def _get_file(self, created_at, count, cents, debits):
        creditor = self.creditor_id
        bank = creditor.journal_id.bank_account_id
        group = Group(
            payment_id=self.payment_id,
            scheme=self.scheme,
            sequence=self.sequence_type,
            collect_on=self.collect_on,
            creditor=Party(creditor.name),
            creditor_id=creditor.identifier,
            iban=bank.sanitized_acc_number or "",
            bic=bank.bank_bic or "",
            count=count,
            cents=cents,
            debits=debits,
            is_one_booking=creditor.is_one_booking,
        )
        return File(self.name, created_at, creditor.name, (group,))

    def _iter_collections(self):
        """Yield the collections piece by piece, so that memory stays flat."""
        collections = self.env["sepa.collection"]
        last = 0
        while piece := collections.search(
            [("batch_id", "=", self.id), ("id", ">", last)], order="id", limit=PIECE
        ):
            yield piece
            last = piece[-1].id
            self.env.flush_all()
            piece.invalidate_recordset()

    def _iter_debits(self):
        for collections in self._iter_collections():
            for collection in collections:
                yield collection._get_debit()


class SepaCollection(models.Model):
    _inherit = "sepa.collection"

    def _get_problems(self, profile):
        """Return what the bank would refuse of this collection, as sentences."""
        try:
            debit = self._get_debit()
        except TemplateError:
            return [f"{self.move_id.name}: {exclusion_text(self.env, 'remittance')}"]
        problems = [
            describe_defect(self.env, self.move_id.name, defect)
            for defect in check_debit(debit, profile)
        ]
        if not self._may_submit():
            problems.append(
                self.env._(
                    "%(invoice)s: the customer has not been informed in time.",
                    invoice=self.move_id.name,
                )
            )
        return problems

    def _get_debit(self):
        """Return this collection as the rules take it."""
        mandate, partner = self.mandate_id, self.partner_id
        bank = mandate.partner_bank_id
        holder = bank.acc_holder_name or ""
        customer = partner.commercial_company_name or partner.name or ""
        name = holder or customer
        is_other = bool(holder) and holder.strip().casefold() != customer.strip().casefold()
        return Debit(
            end_to_end_id=self.end_to_end_id,
            cents=_cents(self.amount),
            mandate=mandate.name,
            signed_on=mandate.signed_on or None,
            debtor=Party(name, self._get_debtor_address()),
            iban=bank.sanitized_acc_number or "",
            bic=bank.bank_bic or "",
            amendment=mandate._get_amendment(),
            ultimate_debtor=customer if is_other else "",
            text=self._get_remittance_text(),
        )

    def _get_debtor_address(self):
        partner = self.partner_id
        if not partner.city or not partner.country_id:
            return Address()
        return Address(
            street=partner.street or "",
            postcode=partner.zip or "",
            town=partner.city,
            country=partner.country_id.code,
        )

    def _get_remittance_text(self):
        creditor = self.creditor_id
        profile = creditor._get_profile()
        values = {
            "invoice": self.move_id.name,
            "customer": self.partner_id.ref or self.partner_id.name or "",
            "mandate": self.mandate_id.name,
            "company": creditor.name,
            "date": self.move_id.invoice_date.isoformat() if self.move_id.invoice_date else "",
            "reference": self.move_id.payment_reference or "",
        }
        return render_text(
            creditor.remittance_template, values, profile.policy, profile.text_length
        )
