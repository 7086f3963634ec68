"""Terms as JSON and back, whatever the charge model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .base import ChargeModel, Terms
from .graduated import Graduated, GraduatedPercentage
from .package import Package
from .percentage import Percentage
from .reader import ParamReader, ParamValue
from .simple import Flat, PerUnit
from .volume import Volume

TERMS: dict[ChargeModel, type[Terms]] = {
    terms.model: terms
    for terms in (Flat, PerUnit, Graduated, Volume, Package, Percentage, GraduatedPercentage)
}


def terms_from_params(model: ChargeModel, params: Mapping[str, object]) -> Terms:
    """The terms of a charge from its stored parameters; null and a missing key mean unset.

    Each model also takes ``minimum`` and ``maximum``.

    :raises BillingRuleError: ``param_missing``, ``param_invalid``, ``param_unknown`` and those of
        the terms

    >>> from decimal import Decimal
    >>> terms_from_params(ChargeModel.PER_UNIT, {"unit_price": "9.90"}) == PerUnit(Decimal("9.90"))
    True
    >>> terms_from_params(ChargeModel.FLAT, {})
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: param_missing {'key': 'amount'}
    """
    reader = ParamReader(params)
    minimum, maximum = reader.optional("minimum"), reader.optional("maximum")
    terms = TERMS[model]._read(reader)
    reader.finish()
    return replace(terms, minimum=minimum, maximum=maximum)


def params_of(terms: Terms) -> dict[str, ParamValue]:
    """Parameters from which :func:`terms_from_params` makes equal terms; fit for JSON.

    >>> from decimal import Decimal
    >>> params_of(PerUnit(Decimal("9.90"), maximum=Decimal("50")))
    {'unit_price': '9.90', 'maximum': '50'}
    """
    return terms._params() | terms._limit_params()
