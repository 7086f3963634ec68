from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.calendar import EARLIEST_DAYS, Lead
from ..core.identifiers import IdentifierError, check_creditor_id, check_reference
from ..core.profile import PROFILES
from ..core.remittance import TemplateError, check_template
from .account_payment_method import SEPA_DEBIT
from .sepa_texts import describe_error


class SepaCreditor(models.Model):
    """Who collects: creditor identifier, bank account and what the bank expects."""

    _name = "sepa.creditor"
    _description = "SEPA Creditor"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, help="Name as it stands on the statements of debtors, up to 70 characters."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    business_unit_id = fields.Many2one(
        "billing.business.unit",
        check_company=True,
        index="btree_not_null",
        help="Part of the company that collects with these settings; empty for all others.",
    )
    identifier = fields.Char(
        "Creditor Identifier",
        required=True,
        help="As issued by the central bank, e.g. DE98ZZZ09999999999.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Bank",
        required=True,
        check_company=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        help="Bank account that the money is collected to.",
    )
    profile = fields.Selection(
        [
            ("epc", "European standard (pain.008.001.08)"),
            ("de", "Germany (pain.008.001.08)"),
            ("at", "Austria (pain.008.001.08)"),
            ("de_legacy", "Germany, old format (pain.008.001.02)"),
        ],
        "File Format",
        required=True,
        default="de",
    )
    lead_days = fields.Integer(
        default=1,
        required=True,
        help="Business days that the bank wants between submission and collection.",
    )
    cut_off = fields.Float(
        default=11.0, required=True, help="Time of day until which files count for that day."
    )
    is_one_booking = fields.Boolean(
        "One Booking per File",
        default=True,
        help="The bank credits the total of a file. Without it every debit is booked by itself.",
    )
    file_limit = fields.Integer(
        "Debits per File",
        help="Most debits that the bank takes in one file; more become several files. 0 for no "
        "limit.",
    )
    announces_first = fields.Boolean(
        "Announce First Collections",
        help="Only for banks that still want the first collection of a mandate marked.",
    )
    names_old_account = fields.Boolean(
        default=True,
        help="When a debtor's account changes, name the old IBAN to the bank. Without it only "
        "the fact of a new account is announced.",
    )
    notice_days = fields.Integer(
        "Pre-notification Days",
        default=14,
        required=True,
        help="Calendar days between the notice to the debtor and the collection. Less than 14 "
        "only if that is agreed in the contract or the terms.",
    )
    notice_channel = fields.Selection(
        [("invoice", "On the invoice"), ("mail", "By a notice of its own")],
        "Pre-notification",
        required=True,
        default="invoice",
    )
    remittance_template = fields.Char(
        "Remittance Text",
        required=True,
        default="{invoice}",
        help="What the debtor finds on the statement. Placeholders: {invoice}, {customer}, "
        "{mandate}, {company}, {date}, {reference}.",
    )
    id_prefix = fields.Char(
        "Prefix of References",
        required=True,
        default="SDD",
        help="Starts the references of files and debits. Use another one for each database.",
    )
    clearing_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        compute="_compute_clearing_account",
        store=True,
        readonly=False,
        domain="[('reconcile', '=', True)]",
        help="Where collected money waits for the bank statement.",
    )

    _identifier_unit_uniq = models.UniqueIndex(
        "(company_id, COALESCE(business_unit_id, 0), journal_id) WHERE active",
        "There are settings for this company, business unit and bank already.",
    )

    @api.depends("journal_id", "company_id")
    def _compute_clearing_account(self):
        for creditor in self:
            creditor.clearing_account_id = (
                creditor.clearing_account_id
                or creditor._get_payment_method_line().payment_account_id
                or creditor.company_id.transfer_account_id
            )

    # === CONSTRAINTS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_normalise(vals) for vals in vals_list])

    def write(self, vals):
        vals = _normalise(vals)
        if vals.keys() & {"identifier", "name"}:
            self._announce_change(vals)
        return super().write(vals)

    def _announce_change(self, vals):
        """Mandates keep the old identifier and name until the debtor's bank was told."""
        for creditor in self:
            mandates = self.env["sepa.mandate"].search([("creditor_id", "=", creditor.id)])
            if vals.get("identifier", creditor.identifier) != creditor.identifier:
                mandates._amend(
                    original_creditor_identifier=(creditor.identifier, vals["identifier"])
                )
            if vals.get("name", creditor.name) != creditor.name:
                mandates._amend(original_creditor_name=(creditor.name, vals["name"]))

    @api.constrains("identifier", "id_prefix")
    def _check_identifiers(self):
        checks = (
            ("identifier", check_creditor_id, self.env._("Creditor identifier")),
            ("id_prefix", check_reference, self.env._("Prefix of references")),
        )
        for creditor in self:
            for name, check, label in checks:
                try:
                    check(creditor[name])
                except IdentifierError as error:
                    raise ValidationError(describe_error(self.env, label, error)) from error
            if len(creditor.id_prefix) > 10:
                raise ValidationError(
                    self.env._(
                        "The prefix of references may have up to 10 characters. Shorten it."
                    )
                )

    @api.constrains("remittance_template")
    def _check_remittance_template(self):
        for creditor in self:
            try:
                check_template(creditor.remittance_template)
            except TemplateError as error:
                raise ValidationError(
                    self.env._(
                        "“%(text)s” is no placeholder of the remittance text of %(creditor)s. "
                        "Use {invoice}, {customer}, {mandate}, {company}, {date} or {reference}.",
                        text=error.value,
                        creditor=creditor.name,
                    )
                ) from error

    @api.constrains("file_limit")
    def _check_file_limit(self):
        if any(creditor.file_limit < 0 for creditor in self):
            raise ValidationError(
                self.env._("“Debits per File” cannot be negative. Enter 0 for no limit.")
            )

    @api.constrains("lead_days", "cut_off", "notice_days")
    def _check_days(self):
        for creditor in self:
            if not 1 <= creditor.lead_days <= EARLIEST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Banks want between 1 and 14 business days of lead time. Correct it."
                    )
                )
            if not 0 < creditor.cut_off < 24:
                raise ValidationError(
                    self.env._("The cut-off is a time between 00:01 and 23:59. Correct it.")
                )
            if not 1 <= creditor.notice_days <= 60:
                raise ValidationError(
                    self.env._("Debtors have to be told between 1 and 60 days ahead. Correct it.")
                )

    # === BUSINESS === #

    @api.model
    def _get_for_moves(self, moves):
        """Return a dict of move id to the creditor that collects it, empty where none does.

        That of the invoice's unit goes first, then the one without unit; the journal of the
        invoice's payment method decides among several.
        """
        creditors = self.sudo().search([("company_id", "in", moves.company_id.ids)])
        return {move.id: creditors._choose(move) for move in moves}

    def _choose(self, move):
        unit = move.business_unit_id
        journal = move.preferred_payment_method_line_id.journal_id
        mine = self.filtered(
            lambda c: (
                c.company_id == move.company_id and c.business_unit_id in (unit, unit.browse())
            )
        )
        ranked = mine.sorted(
            lambda c: (c.business_unit_id != unit, c.journal_id != journal, c.sequence, c.id)
        )
        return ranked[:1]

    def _get_payment_method_line(self):
        """Return the payment method of the bank that means direct debit, empty without."""
        lines = self.journal_id.inbound_payment_method_line_ids
        return lines.filtered(lambda line: line.code == SEPA_DEBIT)[:1]

    def _get_profile(self):
        """Return what the bank expects, for the rules."""
        return PROFILES[self.profile]

    def _get_lead(self):
        """Return lead time and cut-off, for the rules."""
        minutes = round(self.cut_off * 60)
        return Lead(self.lead_days, time(minutes // 60, minutes % 60))

    def _get_bank_moment(self, today):
        """Return the local date and time of the bank: ``today`` at the present time of day."""
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        now = self._get_utc_now().replace(tzinfo=pytz.utc).astimezone(zone)
        return datetime.combine(today, now.time())

    def _get_created_at(self):
        """Return the aware local time at which a file is made, to the second."""
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        now = self._get_utc_now().replace(tzinfo=pytz.utc, microsecond=0)
        return now.astimezone(zone)

    def _get_utc_now(self):
        return self.env.cr.now()


def _normalise(vals):
    if not vals.get("identifier"):
        return vals
    return vals | {"identifier": "".join(vals["identifier"].split()).upper()}
