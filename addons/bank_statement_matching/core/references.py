"""References in payments: ISO 11649, and document numbers in what people write."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_OTHER = re.compile(r"[^A-Z0-9]+")
# Shorter numbers are found everywhere.
SHORTEST = 4
STRONG = 6


def normalise(text: str) -> str:
    """Letters and digits alone: ``INV/2026/00012`` and ``inv 2026 00012`` are the same.

    >>> normalise("Inv/2026-00012")
    'INV202600012'
    """
    return _OTHER.sub("", text.upper())


def creditor_reference(text: str) -> str:
    """A creditor reference (ISO 11649) without blanks; empty when its check digits are wrong.

    >>> creditor_reference("rf18 5390 0754 7034"), creditor_reference("RF19539007547034")
    ('RF18539007547034', '')
    """
    plain = normalise(text)
    if not re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", plain):
        return ""
    digits = "".join(str(int(char, 36)) for char in plain[4:] + plain[:4])
    return plain if int(digits) % 97 == 1 else ""


def find_creditor_references(text: str) -> list[str]:
    """Creditor references anywhere in a text.

    >>> find_creditor_references("payment RF18 5390 0754 7034 thanks")
    ['RF18539007547034']
    """
    found: list[str] = []
    for start in re.finditer(r"\bRF[0-9]{2}", text.upper()):
        words = re.split(r"\s+", text[start.start() :].strip())[:8]
        # The longest that proves: blanks may stand in it, and further words behind it.
        for count in range(len(words), 0, -1):
            reference = creditor_reference("".join(words[:count]))
            if reference and reference not in found:
                found.append(reference)
                break
    return found


def is_strong(number: str) -> bool:
    """Whether a normalised number is telling enough to decide without the amount.

    >>> is_strong("INV202600012"), is_strong("4711")
    (True, False)
    """
    return len(number) >= STRONG and sum(map(str.isdigit, number)) >= 4


def find_numbers(text: str, known: Collection[str], lengths: Collection[int]) -> list[str]:
    """Those known normalised numbers that stand in a text, in its order; the longest wins.

    ``known`` is a dict or set, ``lengths`` the lengths there are in it. Separators do not count,
    but a number never ends amid digits or letters that go on.

    >>> known = {"INV202600012", "INV20260001"}
    >>> find_numbers("Re. inv 2026/00012, 3.5.", known, {11, 12})
    ['INV202600012']
    >>> find_numbers("INV/2026/000123", known, {11, 12})
    []
    """
    upper = text.upper()
    places = [place for place, char in enumerate(upper) if char.isascii() and char.isalnum()]
    plain = "".join(upper[place] for place in places)
    found: list[str] = []
    free = 0
    for start in range(len(plain)):
        if start < free or _goes_on(plain, places, start):
            continue
        for number in _windows(plain, start, lengths):
            end = start + len(number)
            if number in known and not _goes_on(plain, places, end):
                free = end
                if number not in found:
                    found.append(number)
                break
    return found


def _windows(plain: str, start: int, lengths: Collection[int]) -> Iterator[str]:
    for length in sorted(lengths, reverse=True):
        if start + length <= len(plain):
            yield plain[start : start + length]


def _goes_on(plain: str, places: list[int], at: int) -> bool:
    """Whether the characters before and at a place belong to one word or number."""
    if not 0 < at < len(plain) or places[at] - places[at - 1] > 1:
        return False
    return plain[at - 1].isdigit() == plain[at].isdigit()
