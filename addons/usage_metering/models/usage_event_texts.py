from odoo import models
from odoo.tools import format_datetime


class UsageEvent(models.Model):
    """Why an event was not accepted, in words."""

    _inherit = "usage.event"

    def _get_rejection_message(self, reason):
        """What is wrong with an event and what to do, in the language of the user.

        :param reason: ``core.ingestion.Rejection``
        """
        data = {"field": reason.field, **reason.data}
        if reason.code.startswith("time_") and "limit" in data:
            data["limit"] = format_datetime(self.env, data["limit"])
        texts = self._get_form_texts() | self._get_fact_texts() | self._get_key_texts()
        return texts[reason.code](data)

    def _get_form_texts(self):
        """Texts for events that are not written as they must be, by code."""
        _ = self.env._
        return {
            "not_an_object": lambda _data: _(
                "The event is not an object with named fields. Send key, contract, meter and at."
            ),
            "unknown_field": lambda data: _(
                "%(field)s: there is no such field. Correct its name, or put it into properties.",
                **data,
            ),
            "missing": lambda data: _("%(field)s: missing. Every event needs it.", **data),
            "wrong_type": lambda data: _(
                "%(field)s: wrong type of value. Send texts for key, meter, at and replaces, a "
                "text or number for contract, quantity and value, an object for properties.",
                **data,
            ),
            "time_invalid": lambda _data: _(
                "at: not a date with time. Write it like 2026-01-31T14:30:00+01:00."
            ),
            "quantity_invalid": lambda _data: _(
                "quantity: not a decimal number. Write it like 12.5, with at most 18 digits "
                "before the point and 30 after it."
            ),
            "value_invalid": lambda _data: _(
                "value: 1 to 255 characters are possible, without control characters. Shorten "
                "the text."
            ),
            "properties_invalid": lambda _data: _(
                "properties: cannot be stored as JSON. Use texts, finite numbers, lists and "
                "objects without null characters."
            ),
            "properties_too_large": lambda data: _(
                "properties: %(size)s bytes, of which at most %(limit)s are stored. Send only "
                "what meters and invoices need.",
                **data,
            ),
        }

    def _get_fact_texts(self):
        """Texts for events that do not fit to contracts and meters, by code."""
        _ = self.env._
        return {
            "contract_unknown": lambda data: _(
                "contract: no contract “%(contract)s” was found. Check the number.", **data
            ),
            "contract_draft": lambda data: _(
                "contract: %(contract)s is still a draft. Activate it, then send the event again.",
                **data,
            ),
            "meter_unknown": lambda data: _(
                "meter: no meter has the code “%(meter)s”. Check the code under Meters.", **data
            ),
            "meter_not_used": lambda data: _(
                "meter: no line of %(contract)s is billed by “%(meter)s”. Check contract and "
                "meter, or add a charge with this meter.",
                **data,
            ),
            "time_in_future": lambda _data: _(
                "at: lies in the future. Check the clock and the time zone of the sender."
            ),
            "time_before_contract": lambda data: _(
                "at: the contract begins only on %(limit)s. Check time and contract.", **data
            ),
            "time_after_contract": lambda data: _(
                "at: the contract ended on %(limit)s. Check time and contract.", **data
            ),
        }

    def _get_key_texts(self):
        """Texts about keys and replacing, by code."""
        _ = self.env._
        return {
            "duplicate": lambda _data: _(
                "key: an event with this key was received before, and nothing was counted again."
            ),
            "key_invalid": lambda data: _(
                "%(field)s: 1 to 255 characters are possible, without control characters. Choose "
                "another key.",
                **data,
            ),
            "replaces_itself": lambda _data: _(
                "replaces: an event cannot replace itself. Give the new event a key of its own."
            ),
            "replaces_unknown": lambda data: _(
                "replaces: the contract has no event “%(key)s”. Check key and contract.", **data
            ),
            "replaces_cancelled": lambda data: _(
                "replaces: event “%(key)s” is cancelled or replaced already. Send the event "
                "without replaces if it is to count as well.",
                **data,
            ),
        }
