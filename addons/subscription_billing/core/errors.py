"""What a rule can refuse, as a code with data; the models turn it into a translated message."""

from __future__ import annotations


class BillingRuleError(ValueError):
    """A rule was broken.

    :ivar code: stable identifier of the rule, e.g. ``"cadence_count"``
    :ivar data: the facts a message needs

    >>> error = BillingRuleError("cadence_count", count=0)
    >>> error.code, error.data["count"], str(error)
    ('cadence_count', 0, "cadence_count {'count': 0}")
    """

    def __init__(self, code: str, **data: object) -> None:
        self.code = code
        self.data = data
        super().__init__(f"{code} {data}" if data else code)
