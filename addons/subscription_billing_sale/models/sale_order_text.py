from odoo import api, fields, models
from odoo.tools import format_amount


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    billing_interval = fields.Char(
        string="Charged", compute="_compute_billing_interval", compute_sudo=True
    )

    @api.depends("billing_charge_id")
    @api.depends_context("lang")
    def _compute_billing_interval(self):
        for line in self:
            charge = line.billing_charge_id
            line.billing_interval = line._get_interval_label(charge) if charge else False

    @api.model
    def _get_interval_label(self, charge):
        """How often a charge comes, e.g. “per month”, “every 3 months” or “once”."""
        if charge.recurrence == "deposit":
            return self.env._("deposit")
        if charge.recurrence == "once":
            return self.env._("once")
        version = charge.version_id
        count, unit = version.cadence_count, version.cadence_unit
        single = {
            "day": self.env._("per day"),
            "week": self.env._("per week"),
            "month": self.env._("per month"),
            "year": self.env._("per year"),
        }
        several = {
            "day": self.env._("every %s days", count),
            "week": self.env._("every %s weeks", count),
            "month": self.env._("every %s months", count),
            "year": self.env._("every %s years", count),
        }
        return (single if count == 1 else several)[unit]


class SaleOrder(models.Model):
    """What the order costs again and again, in words: for screens, pages, documents, mails."""

    _inherit = "sale.order"

    def _get_recurring_totals(self):
        """Totals by how often they come, those that come again first.

        :return: list of dicts ``interval``, ``is_recurring``, ``untaxed``, ``total`` (texts)
        """
        self.ensure_one()
        groups = {}
        for line in self.order_line.filtered(lambda line: not line.display_type):
            charge = line.billing_charge_id
            is_recurring = charge.recurrence == "recurring"
            once = self.env._("deposit") if charge.recurrence == "deposit" else self.env._("once")
            label = line.billing_interval if is_recurring else once
            key = (not is_recurring, label)
            untaxed, total = groups.get(key, (0.0, 0.0))
            groups[key] = (untaxed + line.price_subtotal, total + line.price_total)
        currency = self.currency_id
        return [
            {
                "interval": label,
                "is_recurring": not is_once,
                "untaxed": format_amount(self.env, untaxed, currency),
                "total": format_amount(self.env, total, currency),
            }
            for (is_once, label), (untaxed, total) in sorted(groups.items())
        ]

    def _get_contract_terms(self):
        """What else the contracts of the order bind the customer to, one text per plan."""
        self.ensure_one()
        texts = []
        for line in self.order_line.filtered(lambda line: line.billing_plan_id):
            version = line.billing_charge_id.version_id
            parts = [self.env._("%(plan)s: %(billed)s", plan=version.plan_id.name,
                                billed=version.cadence_label)]  # fmt: skip
            if version.trial_days:
                parts.append(self.env._("the first %s days are free", version.trial_days))
            units = dict(version._fields["minimum_unit"]._description_selection(self.env))
            if version.minimum_count:
                parts.append(
                    self.env._(
                        "minimum term %(count)s %(unit)s",
                        count=version.minimum_count,
                        unit=units[version.minimum_unit],
                    )
                )
            if version.notice_count:
                parts.append(
                    self.env._(
                        "notice %(count)s %(unit)s",
                        count=version.notice_count,
                        unit=units[version.notice_unit],
                    )
                )
            texts.append(", ".join(parts))
        return texts

    recurring_totals_html = fields.Html(
        string="Recurring",
        compute="_compute_recurring_totals_html",
        compute_sudo=True,
        sanitize=False,
    )

    @api.depends(
        "order_line.price_total", "order_line.billing_charge_id", "order_line.billing_plan_id"
    )
    @api.depends_context("lang")
    def _compute_recurring_totals_html(self):
        for order in self:
            order.recurring_totals_html = order._render_recurring_totals()

    def _render_recurring_totals(self):
        """The totals as HTML, False for an order without contracts."""
        self.ensure_one()
        if not self.has_contract_lines:
            return False
        return self.env["ir.qweb"]._render(
            "subscription_billing_sale.recurring_totals",
            {"totals": self._get_recurring_totals(), "terms": self._get_contract_terms()},
        )

    # === MAILS === #

    def _find_mail_template(self):
        """Mails of an order with contracts state what comes again."""
        is_quotation = self.state in ("draft", "sent")
        own = self._get_contract_template("quotation") if is_quotation else None
        return own or super()._find_mail_template()

    def _get_confirmation_template(self):
        chosen = super()._get_confirmation_template()
        standard = self.env.ref("sale.mail_template_sale_confirmation", raise_if_not_found=False)
        # A template somebody has chosen in the settings goes before ours.
        if chosen != standard:
            return chosen
        return self._get_contract_template("confirmation") or chosen

    def _get_contract_template(self, name):
        self.ensure_one()
        if not self.has_contract_lines or self.env.context.get("proforma"):
            return None
        return self.env.ref(
            f"subscription_billing_sale.mail_template_{name}", raise_if_not_found=False
        )
