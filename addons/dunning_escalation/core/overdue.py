"""After how many days it is told that an item is overdue."""


class MarkError(ValueError):
    """``text`` is no list of days."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def parse_marks(text: str) -> tuple[int, ...]:
    """Return the days of a list such as "1, 7, 14", ascending.

    :raise MarkError: when a part is no whole number from 1 to 3650

    >>> parse_marks("14, 1 7")
    (1, 7, 14)
    """
    parts = text.replace(",", " ").replace(";", " ").split()
    if any(not part.isdecimal() or not 1 <= int(part) <= 3650 for part in parts):
        raise MarkError(text)
    return tuple(sorted({int(part) for part in parts}))
