from odoo import models

from .billing_invoice_items import is_known

NUMBER_FORMATS = "billing_number_formats"
# Who decides how the next number looks. Localisations number by more than journal and date.
NUMBERING_METHODS = (
    "_get_last_sequence",
    "_get_last_sequence_domain",
    "_get_sequence_format_param",
    "_get_starting_sequence",
    "_locked_increment",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post_billing_documents(self):
        """Post documents of a run; their numbers are continued, not searched one by one.

        For every number Odoo searches the last one, to see how numbers look. It counts itself
        once a transaction holds the lock on a number range, so the search is the same each time.

        :return: the posted documents
        """
        if self and all(is_known(self, name) for name in NUMBERING_METHODS):
            posted = self.with_context(**{NUMBER_FORMATS: {}})._post(soft=False)
            return posted.with_env(self.env)
        return self._post(soft=False)

    def _get_next_sequence_format(self):
        formats = self.env.context.get(NUMBER_FORMATS)
        if formats is None or self.journal_id.is_self_billing:
            return super()._get_next_sequence_format()
        key = (self.journal_id.id, self.date, self.move_type)
        if key not in formats:
            formats[key] = super()._get_next_sequence_format()
        text, values = formats[key]
        return text, dict(values)
