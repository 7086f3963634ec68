"""Charge models: from a quantity, or from events, to an amount that explains itself.

One frozen dataclass per model holds the terms (:class:`Flat`, :class:`PerUnit`,
:class:`Graduated`, ...), each with ``price(quantity)`` and ``price_events(events)``, both giving
a :class:`Price`: steps of quantity times unit price whose exact sum is the amount. Nothing is
rounded here but by :func:`round_amount`, called once per invoice line.

Terms travel as JSON: :func:`terms_from_params` reads them, :func:`params_of` writes them.
"""

from .base import ChargeModel, Price, Step, StepKind, Terms
from .graduated import Graduated, GraduatedPercentage
from .package import Package
from .params import TERMS, params_of, terms_from_params
from .percentage import Percentage
from .rounding import round_amount
from .scaling import scaled
from .simple import MODELS, Flat, PerUnit, flat, per_unit, price
from .tiers import RateTier, Tier, check_open_end
from .volume import Volume

__all__ = [
    "MODELS",
    "TERMS",
    "ChargeModel",
    "Flat",
    "Graduated",
    "GraduatedPercentage",
    "Package",
    "PerUnit",
    "Percentage",
    "Price",
    "RateTier",
    "Step",
    "StepKind",
    "Terms",
    "Tier",
    "Volume",
    "check_open_end",
    "flat",
    "params_of",
    "per_unit",
    "price",
    "round_amount",
    "scaled",
    "terms_from_params",
]
