import base64
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, format_date

from ..core.collection import LIVE

LINK_DAYS = 30
OPEN_STATES = ("draft", "active", "suspended")


class SepaMandate(models.Model):
    """A mandate as the debtor deals with it: sign, change the account, take it back."""

    _name = "sepa.mandate"
    _inherit = ["sepa.mandate", "portal.mixin"]

    signed_place = fields.Char("Place of Signature", copy=False)
    access_expires_on = fields.Date("Link Valid Until", readonly=True, copy=False)

    def _compute_access_url(self):
        super()._compute_access_url()
        for mandate in self:
            mandate.access_url = f"/my/mandates/{mandate.id}"

    uses_text = fields.Text("Used For", compute="_compute_uses_text")

    def _compute_uses_text(self):
        """What it means to end the mandate: said to staff as to customers."""
        for mandate in self:
            mandate.uses_text = ""
            if mandate.state in OPEN_STATES and mandate._origin:
                stopped, running = mandate._split_open_collections()
                debits = [collection._get_portal_text() for collection in running | stopped]
                mandate.uses_text = "\n".join([*mandate._prepare_uses(), *debits])

    # === LINK === #

    def action_send_for_signature(self):
        """Send the debtor a link to the mandate, to be signed on the page."""
        for mandate in self:
            if mandate.state != "draft":
                raise UserError(
                    self.env._(
                        "The mandate %(mandate)s is signed already. Enter a new one to have it "
                        "signed.",
                        mandate=mandate.name,
                    )
                )
            if not mandate.partner_id.email:
                raise UserError(
                    self.env._(
                        "Email: %(customer)s has none. Enter one on the contact, or print the "
                        "form.",
                        customer=mandate.partner_id.display_name,
                    )
                )
            mandate._send_link()

    def _send_link(self):
        """Mail a fresh link to the address on file; earlier links end."""
        self.ensure_one()
        today = self.partner_id._get_billing_today(self.company_id)
        self.write(
            {
                "access_token": False,
                "access_expires_on": today + timedelta(days=LINK_DAYS),
                "signature_channel": "portal",
            }
        )
        self._portal_ensure_token()
        me = self._for_debtor()
        me._tell_debtor(
            me.env._("Please sign the SEPA direct debit mandate %s", me.name),
            me.env._(
                "please sign the mandate %(mandate)s here: %(link)s The link is valid until "
                "%(date)s and shows what you sign before you do.",
                mandate=me.name,
                link=me.get_base_url() + me.get_portal_url(),
                date=format_date(me.env, me.access_expires_on),
            ),
        )

    def _is_link(self, token):
        """Whether this is the token of the link that was sent."""
        return bool(token and self.access_token and consteq(self.access_token, token))

    def _is_link_expired(self):
        today = self.partner_id._get_billing_today(self.company_id)
        return not self.access_expires_on or self.access_expires_on < today

    # === ACCOUNT === #

    @api.model
    def _get_portal_creditors(self, companies):
        """Return who may be given a mandate on the customer's pages, one per company at least."""
        domain = [("company_id", "in", companies.ids)]
        return self.env["sepa.creditor"].sudo().search(domain, order="company_id, sequence, id")

    @api.model
    def _make_portal_draft(self, partner, creditor, iban, holder):
        """Return a mandate to be signed next. One that the customer left unsigned is used again.

        :param partner: commercial partner
        :param str iban: checked, without spaces
        """
        own = [
            ("commercial_partner_id", "=", partner.id),
            ("creditor_id", "=", creditor.id),
            ("state", "=", "draft"),
            ("signature_channel", "=", "portal"),
            ("scheme", "=", "CORE"),
        ]
        values = {"partner_bank_id": self._get_account(partner, iban, holder).id}
        if draft := self.search(own, limit=1):
            draft.write(values)
            return draft
        fixed = {"signature_channel": "portal", "creditor_id": creditor.id}
        return self.create({**values, **fixed, "partner_id": partner.id})

    @api.model
    def _get_account(self, partner, iban, holder):
        """Return the bank account of a customer with this number; new ones are entered."""
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        domain = [("sanitized_acc_number", "=", iban), ("partner_id", "child_of", partner.id)]
        account = banks.search(domain, limit=1)
        if not account:
            return banks.create(
                {"acc_number": iban, "partner_id": partner.id, "acc_holder_name": holder}
            )
        if account.sepa_problem:
            raise UserError(
                self.env._(
                    "IBAN: the bank has told us that the account ending in %(account)s cannot be "
                    "debited. Enter another account.",
                    account=iban[-4:],
                )
            )
        account.write({"active": True, "acc_holder_name": holder})
        return account

    def _change_account(self, iban, holder, signer, ip):
        """The debtor pays from another account; the bank is told with the next debit."""
        self.ensure_one()
        if self.state not in ("active", "suspended"):
            raise UserError(
                self.env._(
                    "The mandate %(mandate)s is not in force. Sign a new one for the account.",
                    mandate=self.name,
                )
            )
        old = self._get_account_end()
        self.partner_bank_id = self._get_account(self.commercial_partner_id, iban, holder)
        self.env["billing.event"]._record(
            "mandate.account_changed", self, lambda m: {"reference": m.name}
        )
        me = self._for_debtor()
        me._log_debtor(signer, ip)
        me._tell_debtor(
            me.env._("Your bank account was changed"),
            me.env._(
                "debits with the mandate %(mandate)s are from now on taken from the account "
                "ending in %(new)s instead of %(old)s. If that was not you, please tell us at "
                "once.",
                mandate=me.name,
                new=me._get_account_end(),
                old=old,
            ),
        )

    # === SIGNATURE === #

    def _sign_in_portal(self, name, place, ip, for_invoices=True):
        """The debtor has signed on the page: keep who, where, when and from which address.

        :param bool for_invoices: whether the customer's invoices are to be debited from now on
        :raise UserError: when it is not waiting for a signature
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "The mandate %(mandate)s is not waiting for a signature any more. Load the "
                    "page again to see where it stands.",
                    mandate=self.name,
                )
            )
        if not self.partner_bank_id:
            raise UserError(self.env._("IBAN: it is missing. Enter the account to be debited."))
        self._set_state(
            "active",
            signed_on=self.partner_id._get_billing_today(self.company_id),
            signature_channel="portal",
            signed_by=name,
            signed_place=place,
            signed_at=self.env.cr.now().replace(microsecond=0),
            signed_ip=ip,
        )
        if for_invoices and (method := self.creditor_id._get_payment_method_line()):
            payer = self.commercial_partner_id.with_company(self.company_id)
            payer.property_inbound_payment_method_line_id = method
        self._keep_signed_form()
        me = self._for_debtor()
        me._tell_debtor(
            me.env._("Your SEPA direct debit mandate %s", me.name),
            me.env._(
                "thank you for the mandate %(mandate)s. You find it attached. Each debit is "
                "announced to you before it is made.",
                mandate=me.name,
            ),
            [(me.document_name, base64.b64decode(me.document))],
        )

    def _get_form_pdf(self):
        """Return the form as it was signed, else as it stands."""
        self.ensure_one()
        if self.document and (self.document_name or "").lower().endswith(".pdf"):
            return base64.b64decode(self.document)
        return self._render_form()

    def _render_form(self):
        reports = self.env["ir.actions.report"].sudo()
        content, _kind = reports._render_qweb_pdf("sepa_debit.report_mandate", self.ids)
        return content

    def _keep_signed_form(self):
        """Store the form as it was signed: later changes do not alter it."""
        self.write(
            {
                "document": base64.b64encode(self._render_form()),
                "document_name": f"{self.name.replace('/', '-')}.pdf",
            }
        )

    # === REVOCATION === #

    def _split_open_collections(self):
        """Return the debits that end with the mandate, and those that are with the bank."""
        live = self.sudo().collection_ids.filtered(lambda c: c.state in LIVE)
        stopped = live.filtered(
            lambda c: c.state != "submitted" and c.batch_id.state not in ("written", "submitted")
        )
        return stopped, live - stopped

    def _revoke_in_portal(self, name, ip):
        """The debtor takes the mandate back; what the bank has already cannot be stopped."""
        self.ensure_one()
        me = self._for_debtor()
        stopped, _running = self._split_open_collections()
        self._set_state("revoked", revoked_on=self.partner_id._get_billing_today(self.company_id))
        stopped._cancel_open(self.env._("The customer has revoked the mandate."))
        me._log_debtor(name, ip)
        me._tell_debtor(
            me.env._("You have revoked the mandate %s", me.name),
            me.env._(
                "we do not debit your account with the mandate %(mandate)s any more. Please pay "
                "open invoices in another way.",
                mandate=me.name,
            ),
        )

    # === WORDS === #

    def _for_debtor(self):
        """Return this mandate in the language of the debtor, as the system."""
        lang = self.env["billing.letter"]._get_letter_lang(self.partner_id, self.company_id)
        return self.with_user(SUPERUSER_ID).with_context(lang=lang)

    def _log_debtor(self, name, ip):
        """Note who did it and from where; for staff only."""
        body = self.env._(
            "Done by %(name)s on the customer's page, from %(ip)s.", name=name, ip=ip
        )
        self._message_log(body=body)

    def _tell_debtor(self, subject, text, attachments=()):
        body = self.env._("Dear %(name)s, %(text)s", name=self.partner_id.name, text=text)
        self.message_post(
            body=body,
            subject=subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_id.ids,
            author_id=self.company_id.partner_id.id,
            attachments=list(attachments),
            notify_skip_followers=True,
        )
