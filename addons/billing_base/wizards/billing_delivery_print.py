import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

MAX_LETTERS = 500


class BillingDeliveryPrint(models.TransientModel):
    """One PDF of all letters to print; only the person knows whether they were posted."""

    _name = "billing.delivery.print"
    _description = "Print Letters"

    delivery_ids = fields.Many2many("billing.delivery", readonly=True)
    letter_count = fields.Integer("Letters", readonly=True)
    file = fields.Binary(readonly=True, attachment=True)
    file_name = fields.Char(readonly=True)
    problems = fields.Text(readonly=True, help="Documents that could not be made, and why.")

    @api.model
    def _prepare(self, deliveries):
        """Return a wizard with the merged PDF of deliveries that go by post.

        A document that cannot be made fails alone, with its reason on the delivery.
        """
        letters = deliveries.filtered(
            lambda d: d.channel == "post" and d.state in ("waiting", "retry")
        )
        if not letters:
            raise UserError(
                self.env._(
                    "None of these waits to be posted. Choose deliveries by post that wait."
                )
            )
        if len(letters) > MAX_LETTERS:
            raise UserError(
                self.env._(
                    "%(count)s letters are too many for one file. Choose at most %(limit)s.",
                    count=len(letters),
                    limit=MAX_LETTERS,
                )
            )
        pages, problems = {}, []
        for delivery in letters.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    pages[delivery] = delivery.sudo()._get_letter()
            except UserError as error:
                delivery.sudo()._set_failed(str(error))
                problems.append(f"{delivery.document_name}: {error}")
        printed = letters.browse([delivery.id for delivery in pages])
        printed.sudo().printed_at = self.env.cr.now()
        return self.create(
            {
                "delivery_ids": [Command.set(printed.ids)],
                "letter_count": len(printed),
                "file": base64.b64encode(merge_pdf(list(pages.values()))) if pages else False,
                "file_name": self.env._("Letters %(date)s.pdf", date=self._get_date(letters)),
                "problems": "\n".join(problems) or False,
            }
        )

    def _get_date(self, letters):
        return letters.company_id[:1]._get_billing_today().isoformat()

    def action_confirm_posted(self):
        """All printed letters are in the post."""
        self.ensure_one()
        deliveries = self.delivery_ids
        deliveries._check_may_act()
        waiting = deliveries.filtered(lambda delivery: delivery.state in ("waiting", "retry"))
        waiting.sudo()._lock_for_decision()
        waiting.sudo()._set_delivered()
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class BillingDelivery(models.Model):
    _inherit = "billing.delivery"

    def _get_letter(self):
        """The PDF of a document that goes by post.

        :raise UserError: when it cannot be made, or the document must not leave
        """
        document = self._get_document()
        if not document:
            raise UserError(self.env._("The document was deleted. Cancel its delivery."))
        if obstacle := document._get_delivery_obstacle():
            raise UserError(obstacle)
        content = document._get_delivery_pdf()
        if not (content or b"").startswith(b"%PDF"):
            raise UserError(
                self.env._("%s has no PDF. Print it once from its form.", document.display_name)
            )
        return content
