"""The text that the debtor finds on the statement: filled in, measured, never cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from .charset import Policy, convert

PLACEHOLDERS = frozenset({"invoice", "customer", "mandate", "company", "date", "reference"})


class TemplateError(ValueError):
    """A template that cannot be filled in, or a text that does not fit.

    :ivar code: "form", "placeholder" or "too_long"
    """

    def __init__(self, code: str, value: str, limit: int = 0) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code, self.value, self.limit = code, value, limit


def check_template(template: str) -> str:
    """Return the template if every placeholder in it is known.

    >>> check_template("Invoice {invoice}, customer {customer}")
    'Invoice {invoice}, customer {customer}'
    >>> check_template("{invoice.id}")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.remittance.TemplateError: placeholder: 'invoice.id'
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise TemplateError("form", template) from error
    for _text, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise TemplateError("placeholder", name)
    return template


def render(template: str, values: Mapping[str, str], policy: Policy, limit: int) -> str:
    """Return the text as it will be written.

    :raise TemplateError: when it is longer than ``limit`` after conversion: it is never cut

    >>> render("Invoice {invoice}", {"invoice": "INV/1"}, Policy.BASIC, 140)
    'Invoice INV/1'
    >>> render("{customer}", {"customer": "ß" * 71}, Policy.BASIC, 140)
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.remittance.TemplateError: too_long: '...
    """
    filled = check_template(template).format_map(dict.fromkeys(PLACEHOLDERS, "") | dict(values))
    text = convert(filled, policy)
    if len(text) > limit:
        raise TemplateError("too_long", text, limit)
    return text


def fit(parts: Iterable[str], limit: int, separator: str = ", ") -> list[list[str]]:
    """Distribute parts over as few texts as it takes, in order, each within ``limit``.

    Who collects several invoices at once splits the collection rather than lose a number.

    >>> fit(["INV/1", "INV/2", "INV/3"], 12)
    [['INV/1', 'INV/2'], ['INV/3']]
    """
    texts: list[list[str]] = []
    length = 0
    for part in parts:
        if len(part) > limit:
            raise TemplateError("too_long", part, limit)
        if texts and length + len(separator) + len(part) <= limit:
            texts[-1].append(part)
            length += len(separator) + len(part)
        else:
            texts.append([part])
            length = len(part)
    return texts
