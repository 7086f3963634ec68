from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize, email_split


class BillingBusinessUnit(models.Model):
    _name = "billing.business.unit"
    _description = "Business Unit"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True
    # As journals: a branch uses the units of its parent companies.
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        tracking=True,
        help="Short identifier of the unit, unique in its company.",
    )
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    company_partner_id = fields.Many2one(related="company_id.partner_id")
    logo = fields.Image(max_width=1024, max_height=1024, help="Shown on documents of this unit.")
    email_from = fields.Char(
        "Sender",
        tracking=True,
        help="Sender of the invoices of this unit, e.g. Example Cloud <billing@example.com>.",
    )
    email_reply_to = fields.Char(
        "Replies To",
        tracking=True,
        help="Where answers to the invoices of this unit go. Empty: where Odoo sends them, which "
        "is into the invoice if there is an alias domain, otherwise to the sender.",
    )
    phone = fields.Char()
    website = fields.Char()
    journal_id = fields.Many2one(
        "account.journal",
        "Sales Journal",
        check_company=True,
        ondelete="restrict",
        domain="[('type', '=', 'sale')]",
        tracking=True,
        help="Invoices of this unit are numbered in this journal. "
        "Empty: the sales journal of the company.",
    )
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        "Bank Account",
        check_company=True,
        ondelete="restrict",
        domain="[('partner_id', '=', company_partner_id)]",
        tracking=True,
        help="Account of the company that customers of this unit pay to.",
    )
    invoice_payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Terms for customers who have no payment terms of their own.",
    )
    product_category_ids = fields.Many2many(
        "product.category",
        "billing_business_unit_product_category_rel",
        "unit_id",
        "category_id",
        string="Product Categories",
        help="What the unit sells: products of these categories and of those below them. "
        "Empty: everything.",
    )
    invoice_mail_template_id = fields.Many2one(
        "mail.template",
        "Invoice Email Template",
        ondelete="restrict",
        domain="[('model', '=', 'account.move')]",
        tracking=True,
        help="Empty: the invoice template of the company.",
    )
    credit_note_mail_template_id = fields.Many2one(
        "mail.template",
        "Credit Note Email Template",
        ondelete="restrict",
        domain="[('model', '=', 'account.move')]",
        tracking=True,
        help="Empty: the credit note template of the company.",
    )
    delivery_method = fields.Selection(
        [
            ("mail", "Email"),
            ("portal", "Customer Portal"),
            ("post", "Post"),
            ("none", "Not at All"),
        ],
        "Invoice Delivery",
        tracking=True,
        help="How invoices of this unit reach customers who have made no choice of their own. "
        "Empty: by email.",
    )
    portal_delivery_mail = fields.Boolean(
        "Tell by Email",
        help="Customers whose invoices are in the customer portal get an email with the link.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "billing_business_unit_user_rel",
        "unit_id",
        "user_id",
        string="Limited Users",
        domain=[("share", "=", False)],
        help="These users see only documents of their units and documents without a unit. "
        "Users who are assigned to no unit see everything.",
    )
    invoice_count = fields.Integer(compute="_compute_invoice_count")

    _code_company_uniq = models.Constraint(
        "UNIQUE(company_id, code)",
        "The code of a business unit must be unique in its company. Choose another code.",
    )

    # === COMPUTES === #

    def _compute_invoice_count(self):
        groups = self.env["account.move"]._read_group(
            self._get_invoice_domain(), ["business_unit_id"], ["__count"]
        )
        counts = {unit.id: count for unit, count in groups}
        for unit in self:
            unit.invoice_count = counts.get(unit.id, 0)

    def _get_invoice_domain(self):
        return [
            ("business_unit_id", "in", self.ids),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
        ]

    # === CONSTRAINTS === #

    @api.constrains("journal_id")
    def _check_journal_type(self):
        for unit in self.filtered(lambda u: u.journal_id and u.journal_id.type != "sale"):
            raise ValidationError(
                self.env._(
                    "The journal %(journal)s of business unit %(unit)s is not a sales journal. "
                    "Choose a sales journal.",
                    journal=unit.journal_id.display_name,
                    unit=unit.display_name,
                )
            )

    @api.constrains("partner_bank_id", "company_id")
    def _check_partner_bank(self):
        for unit in self.filtered("partner_bank_id"):
            if unit.partner_bank_id.partner_id != unit.company_id.partner_id:
                raise ValidationError(
                    self.env._(
                        "The bank account %(account)s does not belong to %(company)s. "
                        "Choose one of the company's own bank accounts.",
                        account=unit.partner_bank_id.display_name,
                        company=unit.company_id.display_name,
                    )
                )

    @api.constrains("invoice_mail_template_id", "credit_note_mail_template_id")
    def _check_mail_template(self):
        for template in (self.invoice_mail_template_id | self.credit_note_mail_template_id).sudo():
            if template.model != "account.move":
                raise ValidationError(
                    self.env._(
                        "The email template %(template)s is not made for invoices. "
                        "Choose a template that applies to journal entries.",
                        template=template.display_name,
                    )
                )

    @api.constrains("email_from", "email_reply_to")
    def _check_email_addresses(self):
        for unit in self:
            if unit.email_from and len(email_split(unit.email_from)) != 1:
                raise ValidationError(
                    self.env._(
                        "The sender %(sender)s is not an email address. "
                        "Enter one address, e.g. billing@example.com.",
                        sender=unit.email_from,
                    )
                )
            if unit.email_reply_to and len(email_split(unit.email_reply_to)) != 1:
                raise ValidationError(
                    self.env._(
                        "The address for replies %(address)s is not an email address. "
                        "Enter one address, e.g. help@example.com.",
                        address=unit.email_reply_to,
                    )
                )

    @api.constrains("user_ids")
    def _check_internal_users(self):
        self.user_ids._check_business_unit_users()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("user_ids") for vals in vals_list):
            self._check_may_limit_users()
        units = super().create(vals_list)
        if units.user_ids:
            # What record rules allow is cached per user.
            self.env.registry.clear_cache()
        return units

    def write(self, vals):
        if "user_ids" in vals:
            self._check_may_limit_users()
        if "company_id" in vals:
            self._check_company_change(vals["company_id"])
        result = super().write(vals)
        if "user_ids" in vals:
            self.env.registry.clear_cache()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for unit, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", self.env._("%s (copy)", unit.code))
            vals.pop("user_ids", None)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered(lambda unit: unit.sudo().user_ids or unit._has_documents())
        if used:
            raise UserError(
                self.env._(
                    "%(units)s cannot be deleted: documents or users belong to it. "
                    "Archive it instead.",
                    units=", ".join(used.mapped("display_name")),
                )
            )

    def _check_may_limit_users(self):
        """A user who is limited to units must not be able to lift that limit."""
        if not self.env.su and self.env.user.business_unit_ids:
            raise AccessError(
                self.env._(
                    "You are limited to business units yourself and cannot change the limited "
                    "users of a unit. Ask a manager who is not limited."
                )
            )

    def _check_company_change(self, company_id):
        moved = self.filtered(lambda unit: unit.company_id.id != company_id)
        if any(unit._has_documents() for unit in moved):
            raise UserError(
                self.env._(
                    "The company of a business unit with documents cannot be changed. "
                    "Create a business unit in the other company."
                )
            )

    def _has_documents(self):
        """Whether anything was booked for this unit.

        To be extended by addons that keep documents of their own per unit.
        """
        self.ensure_one()
        domain = [("business_unit_id", "=", self.id)]
        return any(
            self.env[model].sudo().search_count(domain, limit=1)
            for model in ("account.move", "account.payment")
        )

    # === ACTIONS === #

    def action_open_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "domain": self._get_invoice_domain(),
            "context": {
                "default_move_type": "out_invoice",
                "default_business_unit_id": self.id,
            },
        }

    # === BUSINESS === #

    def _get_sender_address(self):
        """Return the plain address customers may write to, False without one."""
        return email_normalize(self.email_from or "")

    def _get_product_domain(self, path=""):
        """Return a domain of what the unit sells, for products or for what leads to them.

        :param str path: field path to the product with a dot at the end, e.g. ``"product_id."``
        """
        self.ensure_one()
        if not self.product_category_ids:
            return Domain.TRUE
        return Domain(f"{path}categ_id", "child_of", self.product_category_ids.ids)

    def _prepare_invoice_defaults(self, partner=None):
        """Return the values an invoice of this unit starts with.

        Contract: to be merged into the ``create`` values of ``account.move``. Always holds
        ``business_unit_id``; ``journal_id``, ``partner_bank_id`` and
        ``invoice_payment_term_id`` only where the unit has one, so that core decides the rest.
        With ``partner`` the terms are left out if that customer has terms of their own in the
        unit's company: what was agreed with the customer wins. An empty unit gives ``{}``.

        :param partner: res.partner of the invoice, optional
        :return: dict of field names of account.move to ids
        """
        if not self:
            return {}
        self.ensure_one()
        values = {"business_unit_id": self.id}
        for name in ("journal_id", "partner_bank_id", "invoice_payment_term_id"):
            if self[name]:
                values[name] = self[name].id
        if partner and partner.with_company(self.company_id).property_payment_term_id:
            values.pop("invoice_payment_term_id", None)
        return values
