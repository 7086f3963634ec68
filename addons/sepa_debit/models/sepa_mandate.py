from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..core.identifiers import IdentifierError, check_iban, check_reference, mandate_key
from ..core.mandate import Amendment, can_become, lapse_date, lapse_notice_date
from .sepa_texts import describe_error

ORIGINALS = {
    "original_reference": "reference",
    "original_creditor_identifier": "creditor_id",
    "original_creditor_name": "creditor_name",
    "original_iban": "iban",
}
# What is agreed with the debtor: signed once, changed only by announcing it to the bank.
SIGNED = {"partner_id", "scheme", "type", "signed_on"}


class SepaMandate(models.Model):
    """Leave of a debtor to collect from a bank account."""

    _name = "sepa.mandate"
    _description = "SEPA Mandate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        "Mandate Reference",
        required=True,
        copy=False,
        default=lambda self: self.env._("New"),
        tracking=True,
        help="Unique per creditor, up to 35 characters.",
    )
    key = fields.Char(compute="_compute_key", store=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict", tracking=True
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        store=True,
        index=True,
        string="Company Customer",
    )
    creditor_id = fields.Many2one(
        "sepa.creditor",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["sepa.creditor"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    company_id = fields.Many2one(related="creditor_id.company_id", store=True, index=True)
    business_unit_id = fields.Many2one(
        related="creditor_id.business_unit_id", store=True, index="btree_not_null"
    )
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        "Bank Account",
        ondelete="restrict",
        tracking=True,
        domain="[('partner_id', 'child_of', commercial_partner_id)]",
    )
    scheme = fields.Selection(
        [("CORE", "Core"), ("B2B", "B2B")], required=True, default="CORE", tracking=True
    )
    type = fields.Selection(
        [("recurrent", "Recurrent"), ("one_off", "One-off")], required=True, default="recurrent"
    )
    state = fields.Selection(
        [
            ("draft", "Not signed"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
            ("revoked", "Revoked"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    signed_on = fields.Date("Signature Date", copy=False, tracking=True)
    signature_channel = fields.Selection(
        [("paper", "On paper"), ("upload", "As uploaded document"), ("portal", "In the portal")],
        default="paper",
        required=True,
    )
    signed_by = fields.Char(copy=False, readonly=True)
    signed_at = fields.Datetime(copy=False, readonly=True)
    signed_ip = fields.Char("IP Address", copy=False, readonly=True)
    document = fields.Binary("Signed Document", attachment=True, copy=False)
    document_name = fields.Char(copy=False)
    notice_days = fields.Integer(
        "Agreed Pre-notification Days",
        help="If another period than the creditor's usual one is agreed; 0 for the usual one.",
    )
    is_registered = fields.Boolean(
        "Registered with the Bank",
        help="B2B mandates: the debtor has told the bank of the mandate.",
    )
    revoked_on = fields.Date(readonly=True, copy=False)
    was_settled = fields.Boolean(readonly=True, copy=False)
    last_presented_on = fields.Date("Last Collection", copy=False)
    lapses_on = fields.Date(compute="_compute_lapses_on", store=True, index=True)
    lapse_notice_on = fields.Date(compute="_compute_lapses_on", store=True)
    is_lapse_noticed = fields.Boolean(readonly=True, copy=False)
    original_reference = fields.Char(readonly=True, copy=False)
    original_creditor_identifier = fields.Char(readonly=True, copy=False)
    original_creditor_name = fields.Char(readonly=True, copy=False)
    original_iban = fields.Char("Earlier IBAN", readonly=True, copy=False)
    has_amendment = fields.Boolean(
        "Change to Be Announced",
        compute="_compute_has_amendment",
        help="The next collection tells the debtor's bank of the change, and those after it "
        "until one is settled.",
    )
    collection_ids = fields.One2many("sepa.collection", "mandate_id", "Collections")
    collection_count = fields.Integer(compute="_compute_collection_count")

    _key_uniq = models.UniqueIndex(
        "(key)", "This creditor has a mandate with this reference already."
    )

    # === COMPUTE === #

    @api.depends("name", "creditor_id.identifier")
    def _compute_key(self):
        for mandate in self:
            identifier = mandate.sudo().creditor_id.identifier or ""
            mandate.key = mandate_key(identifier, mandate.name or "")

    @api.depends("signed_on", "last_presented_on")
    def _compute_lapses_on(self):
        for mandate in self:
            start = mandate.signed_on
            day = lapse_date(start, mandate.last_presented_on or None) if start else None
            mandate.lapses_on = day
            mandate.lapse_notice_on = day and lapse_notice_date(day)

    @api.depends(*ORIGINALS)
    def _compute_has_amendment(self):
        for mandate in self:
            mandate.has_amendment = bool(mandate._get_amendment())

    def _compute_collection_count(self):
        counts = dict(
            self.env["sepa.collection"]._read_group(
                [("mandate_id", "in", self.ids)], ["mandate_id"], ["__count"]
            )
        )
        for mandate in self:
            mandate.collection_count = counts.get(mandate, 0)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        new = self.env._("New")
        for vals in vals_list:
            if vals.get("name", new) in (new, "New", False):
                vals["name"] = self.env["ir.sequence"].sudo().next_by_code("sepa.mandate")
        return super().create(vals_list)

    def write(self, vals):
        self._check_signed(vals)
        for mandate in self:
            if mandate.state == "draft":
                continue
            if vals.get("name", mandate.name) != mandate.name:
                mandate._amend(original_reference=(mandate.name, vals["name"]))
            if bank := vals.get("partner_bank_id"):
                new = self.env["res.partner.bank"].browse(bank).sanitized_acc_number
                old = mandate.partner_bank_id.sanitized_acc_number
                mandate._amend(original_iban=(old, new))
        return super().write(vals)

    def _check_signed(self, vals):
        """Another debtor, scheme or kind is another mandate."""
        if not SIGNED & vals.keys() or self.env.context.get("sepa_signing"):
            return
        signed = self.filtered(lambda m: m.state != "draft")
        for mandate in signed:
            values = mandate.read(SIGNED, load="_classic_write")[0]
            if any(
                vals.get(k, v) != v for k, v in values.items() if k in vals and k != "signed_on"
            ):
                raise UserError(
                    self.env._(
                        "The mandate %(mandate)s is signed: customer, scheme and kind cannot be "
                        "changed. End it and have the debtor sign a new one.",
                        mandate=mandate.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if signed := self.filtered(lambda m: m.state != "draft"):
            raise UserError(
                self.env._(
                    "The mandate %(mandate)s was signed and has to be kept. Revoke or end it.",
                    mandate=signed[0].name,
                )
            )

    # === CONSTRAINTS === #

    @api.constrains("name")
    def _check_name(self):
        for mandate in self:
            try:
                check_reference(mandate.name)
            except IdentifierError as error:
                label = self.env._("Mandate reference")
                raise ValidationError(describe_error(self.env, label, error)) from error

    @api.constrains("partner_bank_id", "partner_id", "state")
    def _check_bank_account(self):
        # Until it is signed the account may be missing: the debtor enters it.
        for mandate in self.filtered(lambda m: m.state != "draft" or m.partner_bank_id):
            try:
                check_iban(mandate.partner_bank_id.sanitized_acc_number or "")
            except IdentifierError as error:
                label = self.env._("IBAN")
                raise ValidationError(describe_error(self.env, label, error)) from error

    @api.constrains("signed_on", "state")
    def _check_signed_on(self):
        for mandate in self:
            if mandate.state != "draft" and not mandate.signed_on:
                raise ValidationError(
                    self.env._(
                        "The mandate %(mandate)s needs the date of its signature. Enter it first.",
                        mandate=mandate.name,
                    )
                )
            if mandate.signed_on and mandate.signed_on > mandate.company_id._get_billing_today():
                raise ValidationError(
                    self.env._(
                        "The mandate %(mandate)s cannot be signed in the future (%(date)s). "
                        "Correct the date.",
                        mandate=mandate.name,
                        date=format_date(self.env, mandate.signed_on),
                    )
                )

    # === STATES === #

    def _set_state(self, state, **values):
        """Change the state; the only writer of it.

        :raise UserError: when a mandate cannot go there from where it is
        """
        for mandate in self:
            if mandate.state != state and not can_become(mandate.state, state):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "The mandate %(mandate)s is “%(old)s” and cannot become “%(new)s”. Have "
                        "the debtor sign a new one.",
                        mandate=mandate.name,
                        old=labels[mandate.state],
                        new=labels[state],
                    )
                )
        changed = self.filtered(lambda m: m.state != state)
        changed.with_context(sepa_signing=True).write({"state": state, **values})
        self.env["billing.event"]._record(
            f"mandate.{state}", changed, lambda m: {"reference": m.name, "scheme": m.scheme}
        )
        return changed

    def action_activate(self):
        """The debtor has signed."""
        for mandate in self:
            if mandate.signature_channel == "upload" and not mandate.document:
                raise UserError(
                    self.env._(
                        "Signed Document: %(mandate)s has none. Upload it, or say that the "
                        "mandate is on paper.",
                        mandate=mandate.name,
                    )
                )
            day = mandate.signed_on or mandate.company_id._get_billing_today()
            mandate._set_state("active", signed_on=day)

    def action_suspend(self):
        """Collect nothing until somebody has clarified what is wrong."""
        self._set_state("suspended")

    def action_revoke(self):
        """The debtor has taken the mandate back: nothing that is not submitted is collected."""
        for mandate in self:
            mandate._set_state("revoked", revoked_on=mandate.company_id._get_billing_today())
        self.collection_ids._cancel_open(self.env._("The mandate was revoked."))

    def action_end(self):
        """End a mandate that is not needed any more."""
        self._set_state("ended")
        self.collection_ids._cancel_open(self.env._("The mandate has ended."))

    def action_view_collections(self):
        """Open the collections of this mandate."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sepa_debit.action_sepa_collection")
        return action | {"domain": [("mandate_id", "in", self.ids)], "context": {}}

    # === USE === #

    def _get_account_end(self):
        """Return the digits by which debtors know the account, without giving it away."""
        return (self.sudo().partner_bank_id.sanitized_acc_number or "")[-4:]

    def _prepare_uses(self):
        """Return what the mandate is used for, as texts: shown before it is taken back.

        Contract: addons whose things are paid with a mandate override, call ``super()`` and
        append sentences in the language of the environment.
        """
        self.ensure_one()
        return []

    # === AMENDMENTS === #

    def _get_amendment(self):
        """Return what the debtor's bank has to be told, for the rules."""
        self.ensure_one()
        values = {rule: self[name] or "" for name, rule in ORIGINALS.items()}
        if values["iban"] and not self.sudo().creditor_id.names_old_account:
            values |= {"iban": "", "same_mandate_new_account": True}
        return Amendment(**values)

    def _amend(self, **changes):
        """Remember old values until a settled collection has announced the change.

        :param changes: field of the old value -> (old, new)
        """
        for mandate in self.filtered("was_settled"):
            values = {rule: mandate[name] or "" for name, rule in ORIGINALS.items()}
            amendment = Amendment(**values)
            for name, (old, new) in changes.items():
                rule = ORIGINALS[name]
                amendment = amendment.with_old(**{rule: old}).without(**{rule: new})
            mandate.write({name: getattr(amendment, rule) for name, rule in ORIGINALS.items()})
