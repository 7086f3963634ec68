from odoo import models
from odoo.tools import format_date, formatLang


class BillingSubscriptionLine(models.Model):
    """What invoice lines say, in the customer's language."""

    _inherit = "billing.subscription.line"

    def _get_invoice_line_text(self, item):
        """Name of the charge and the period."""
        self.ensure_one()
        draft = item.draft
        language = self.subscription_id.partner_id.lang or self.env.lang
        line = self.with_context(lang=language)
        title = line._get_invoice_line_title(item)
        if line._is_deposit():
            return title
        text = line.env._(
            "%(charge)s\n%(first)s – %(last)s",
            charge=title,
            first=format_date(line.env, draft.period.start, lang_code=language),
            last=format_date(line.env, draft.period.last_day, lang_code=language),
        )
        days, of_days = draft.days
        if days != of_days:
            text += line.env._(" (%(days)s of %(of_days)s days)", days=days, of_days=of_days)
        return text + line._get_quantity_text(item) + line._get_discount_text(item)

    def _get_invoice_line_title(self, item):
        """Name of the charge, and what the line does if it does not charge."""
        name = self.charge_id.name
        if not item.is_credit:
            return name
        if self._is_deposit():
            return self.env._("Return: %s", name)
        return self.env._("Credit: %s", name)

    def _get_discount_text(self, item):
        """Names of the discounts, with what they take off where the line has no column for it."""
        if item.is_credit or not item.draft.reductions:
            return ""
        shape = self._get_line_shape(item)
        days, of_days = item.draft.days
        rows = []
        for reduction in item.draft.reductions:
            key = reduction.discount.key
            name = self.env["billing.subscription.discount"].browse(key).name
            if shape.discount:
                rows.append(self.env._("\nDiscount: %s", name))
                continue
            amount = float(reduction.amount * days / of_days)
            rows.append(
                self.env._(
                    "\nDiscount: %(name)s, −%(amount)s",
                    name=name,
                    amount=formatLang(self.env, amount, currency_obj=self.currency_id),
                )
            )
        return "".join(rows)

    def _get_quantity_text(self, item):
        """The quantity in words where the invoice line cannot show it as its own."""
        if item.is_credit or self.charge_model == "flat":
            return ""
        shape = self._get_line_shape(item)
        if shape.quantity == item.draft.quantity:
            return ""
        return self.env._(
            "\n%(quantity)s %(unit)s",
            quantity=formatLang(self.env, float(item.draft.quantity), dp="Product Unit"),
            unit=self.uom_id.name,
        )
