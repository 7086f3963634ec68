"""What is fixed about letters: the address field, the line above it, colours.

Source: DIN 5008:2020, letters of form B: an address field of 45 mm with up to three lines for the
sender and notes and up to six lines for the address.
"""

import re
from collections.abc import Iterable, Sequence

MAX_ADDRESS_LINES = 6
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_BLACK, _WHITE = "#1c1c1c", "#ffffff"


def address_lines(lines: Iterable[str]) -> list[str]:
    """Return the lines of the address field: stripped, without empty or repeated ones, six at
    most. What does not fit is left out above the town: the last two lines always stay.

    >>> address_lines(["Example GmbH", "", " Example GmbH ", "Hauptstr. 1", "10115 Berlin"])
    ['Example GmbH', 'Hauptstr. 1', '10115 Berlin']
    >>> address_lines(["A", "B", "C", "D", "E", "F", "10115 Berlin", "GERMANY"])
    ['A', 'B', 'C', 'D', '10115 Berlin', 'GERMANY']
    """
    found: list[str] = []
    for line in lines:
        text = " ".join(line.split())
        if text and text not in found:
            found.append(text)
    if len(found) > MAX_ADDRESS_LINES:
        found = found[: MAX_ADDRESS_LINES - 2] + found[-2:]
    return found


def return_line(parts: Iterable[str]) -> str:
    """Return the sender's line above the address.

    >>> return_line(["Example GmbH", "", "Hauptstr. 1", "10115 Berlin"])
    'Example GmbH · Hauptstr. 1 · 10115 Berlin'
    """
    return " · ".join(text for text in (" ".join(part.split()) for part in parts) if text)


def is_colour(text: str) -> bool:
    """Whether ``text`` is a colour such as #1a73e8.

    >>> is_colour("#1A73E8"), is_colour("#fff"), is_colour("red; } body {")
    (True, True, False)
    """
    return _COLOUR.fullmatch(text) is not None


def first_colour(candidates: Sequence[str], default: str) -> str:
    """Return the first candidate that is a colour, with six digits.

    >>> first_colour(["", "#abc"], "#000000"), first_colour(["blue"], "#000000")
    ('#aabbcc', '#000000')
    """
    chosen = next((text for text in candidates if is_colour(text)), default).lower()
    return "#" + "".join(digit * 2 for digit in chosen[1:]) if len(chosen) == 4 else chosen


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours of six digits, 1 to 21 (WCAG 2.2, 1.4.3).

    >>> contrast("#000000", "#ffffff"), contrast("#777777", "#777777")
    (21.0, 1.0)
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((high + 0.05) / (low + 0.05), 2)


def text_colour(background: str) -> str:
    """Return black or white, whichever reads better on ``background``.

    >>> text_colour("#1a3c8f"), text_colour("#ffe066")
    ('#ffffff', '#1c1c1c')
    """
    return max(_WHITE, _BLACK, key=lambda colour: contrast(colour, background))


def ink(colour: str) -> str:
    """Return ``colour`` if it is legible on white paper, otherwise black.

    >>> ink("#1a3c8f"), ink("#ffe066")
    ('#1a3c8f', '#1c1c1c')
    """
    return colour if contrast(colour, _WHITE) >= 4.5 else _BLACK


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
