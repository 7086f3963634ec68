"""Sequence types: which collection of a mandate this is."""

from enum import Enum


class Sequence(str, Enum):
    """Sequence types of the scheme (``RPRE`` of ISO 20022 is not one of them)."""

    FIRST = "FRST"
    RECURRENT = "RCUR"
    FINAL = "FNAL"
    ONE_OFF = "OOFF"


def sequence_of(
    *, one_off: bool, announces_first: bool, was_settled: bool, is_final: bool = False
) -> Sequence:
    """Return the sequence type of the next collection of a mandate.

    Since November 2016 the first collection may be ``RCUR``; banks that still want ``FRST`` get
    it until a collection was settled: after a reject the next one is first again, after a return
    it is not.

    :param one_off: the mandate allows a single collection
    :param announces_first: the bank wants ``FRST``
    :param was_settled: a collection of the mandate was settled, even if it was returned later
    :param is_final: no other will follow

    >>> sequence_of(one_off=False, announces_first=False, was_settled=False).value
    'RCUR'
    >>> sequence_of(one_off=False, announces_first=True, was_settled=False).value
    'FRST'
    >>> sequence_of(one_off=False, announces_first=True, was_settled=True).value
    'RCUR'
    >>> sequence_of(one_off=True, announces_first=True, was_settled=False).value
    'OOFF'
    """
    if one_off:
        return Sequence.ONE_OFF
    if is_final:
        return Sequence.FINAL
    if announces_first and not was_settled:
        return Sequence.FIRST
    return Sequence.RECURRENT
