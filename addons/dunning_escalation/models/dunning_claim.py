from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class DunningClaim(models.Model):
    """Interest, fee or lump sum that a delivered letter has charged.

    Damages, hence without VAT, on a document of its own (UStAE 1.3 (6); EN 16931 BR-O-11).
    """

    _name = "dunning.claim"
    _description = "Dunning Charge"
    _order = "id desc"
    _check_company_auto = True

    notice_id = fields.Many2one("dunning.notice", "Letter", required=True, index=True)
    case_id = fields.Many2one("dunning.case", required=True, index=True)
    move_id = fields.Many2one("account.move", "Invoice", related="case_id.move_id")
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    kind = fields.Selection(
        [("interest", "Default interest"), ("fee", "Fee"), ("lump_sum", "Lump sum")],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True)
    date = fields.Date(required=True, readonly=True)
    date_from = fields.Date("Interest From", readonly=True)
    state = fields.Selection(
        [("due", "To Be Booked"), ("posted", "Booked"), ("waived", "Waived")],
        default="due",
        required=True,
        readonly=True,
        index=True,
    )
    claim_move_id = fields.Many2one(
        "account.move", "Document", readonly=True, index="btree_not_null", copy=False
    )
    waive_move_id = fields.Many2one("account.move", "Credit Note", readonly=True, copy=False)

    # Once per invoice, whatever happens (§ 288 (5) BGB).
    _lump_sum_uniq = models.UniqueIndex("(case_id) WHERE kind = 'lump_sum'")

    @api.model
    def _get_claimed(self, cases):
        """What was charged before, waived or not: dict of (case id, kind) -> Decimal."""
        groups = self.sudo()._read_group(
            [("case_id", "in", cases.ids)], ["case_id", "kind"], ["amount:sum"]
        )
        return {
            (case.id, kind): Decimal(str(case.currency_id.round(amount)))
            for case, kind, amount in groups
        }

    # === BOOK === #

    def _post(self):
        """Book charges of one letter: a document per currency."""
        for currency, claims in (
            self.filtered(lambda c: c.state == "due").grouped("currency_id").items()
        ):
            move = self.env["account.move"].create(claims._prepare_move_values(currency))
            move._post(soft=False)
            claims.write({"state": "posted", "claim_move_id": move.id})

    def _prepare_move_values(self, currency, move_type="out_invoice"):
        """Values of the document of these charges."""
        notice = self.notice_id
        company = notice.company_id
        lang = self.env["billing.letter"]._get_letter_lang(notice.partner_id, company)
        today = notice._get_today()
        return {
            "move_type": move_type,
            "partner_id": notice.partner_id.id,
            "company_id": company.id,
            "journal_id": company._get_dunning_journal().id,
            "currency_id": currency.id,
            "business_unit_id": notice.business_unit_id.id,
            "invoice_date": today,
            "invoice_date_due": max(today, notice.deadline or today),
            "invoice_payment_term_id": False,
            "invoice_origin": notice.name,
            "is_dunning_claim": True,
            "invoice_line_ids": [
                Command.create(claim.with_context(lang=lang)._prepare_move_line_values())
                for claim in self
            ],
        }

    def _prepare_move_line_values(self):
        self.ensure_one()
        return {
            "name": self._get_text(),
            "quantity": 1,
            "price_unit": self.amount,
            "account_id": self.company_id._get_dunning_account(self.kind).id,
            "tax_ids": [Command.clear()],
        }

    def _get_text(self):
        """What is charged, in the language of the environment."""
        self.ensure_one()
        invoice = self.move_id.name
        if self.kind == "interest":
            return self.env._(
                "Default interest on %(invoice)s up to %(date)s",
                invoice=invoice,
                date=format_date(self.env, self.date),
            )
        if self.kind == "lump_sum":
            return self.env._("Lump sum for late payment of %s (§ 288 (5) BGB)", invoice)
        return self.env._("Cost of the letter %s", self.notice_id.name)

    # === WAIVE === #

    def action_waive(self):
        """Do without these charges; what is booked is credited."""
        self.check_access("write")
        waivable = self.filtered(lambda claim: claim.state != "waived").sudo()
        if not waivable:
            raise UserError(self.env._("These charges are waived already. Choose others."))
        posted = waivable.filtered(lambda claim: claim.state == "posted")
        for move, claims in posted.grouped("claim_move_id").items():
            credit = self.env["account.move"].create(
                claims._prepare_move_values(move.currency_id, "out_refund")
                | {"reversed_entry_id": move.id}
            )
            credit._post(soft=False)
            claims.waive_move_id = credit
            lines = (move | credit)._get_open_items().filtered(lambda line: not line.reconciled)
            if len(lines.move_id) == 2:
                lines.reconcile()
        waivable.write({"state": "waived"})

    def action_open_document(self):
        self.ensure_one()
        return (self.waive_move_id or self.claim_move_id).get_formview_action()


class DunningNotice(models.Model):
    _inherit = "dunning.notice"

    def _create_claims(self):
        """Remember what the letter has charged; booked right after, by the run."""
        self.ensure_one()
        values = []
        for line in self._get_lines("item").filtered("case_id"):
            if line.interest:
                values.append(
                    self._prepare_claim_values("interest", line.case_id, line.interest)
                    | {"currency_id": line.currency_id.id, "date_from": line.default_on}
                )
            if line.lump_sum:
                values.append(self._prepare_claim_values("lump_sum", line.case_id, line.lump_sum))
        if self.fee:
            reached = self._get_lines("item").filtered("is_reached")
            leading = reached.sorted(lambda line: (-line.level_id.number, line.date_due))[:1]
            values.append(self._prepare_claim_values("fee", leading.case_id, self.fee))
        return self.env["dunning.claim"].sudo().create(values)

    def _prepare_claim_values(self, kind, case, amount):
        return {
            "notice_id": self.id,
            "case_id": case.id,
            "partner_id": self.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "business_unit_id": self.business_unit_id.id,
            "kind": kind,
            "amount": amount,
            "currency_id": self.currency_id.id,
            "date": self.date,
        }

    def _post_claims(self):
        for notice in self:
            notice.claim_ids._post()
