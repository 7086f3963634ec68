"""Text as banks take it: which characters stay, and what becomes of the others."""

import re
import unicodedata
from enum import Enum
from functools import lru_cache

BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
# What German and Austrian banks have to accept besides, in texts but not in identifiers.
GERMAN = BASIC | frozenset("ÄÖÜäöüß&*$%")
REPLACEMENT = "."


class Policy(str, Enum):
    """Which characters a bank takes in names and remittance texts."""

    BASIC = "basic"
    GERMAN = "german"

    @property
    def characters(self) -> frozenset[str]:
        return GERMAN if self is Policy.GERMAN else BASIC


# Our own choice of what a reader recognises best.
SPELLINGS = {
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ẞ": "SS",
    "Æ": "Ae", "æ": "ae", "Ø": "Oe", "ø": "oe", "Œ": "Oe", "œ": "oe", "Ł": "L", "ł": "l",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i", "Ħ": "H", "ħ": "h",
    "€": "EUR", "£": "GBP", "$": "USD", "§": "Par.", "°": " Grad ", "№": "Nr.",
    "&": "+", "@": "(at)", "_": "-", "#": "Nr.", "%": " pct", "*": "x", "=": "-", "~": "-",
    "–": "-", "—": "-", "‑": "-", "−": "-", "„": "'", "“": "'", "”": "'", "‚": "'",
    "‘": "'", "’": "'", "´": "'", "`": "'", '"': "'", "«": "'", "»": "'", "‹": "'", "›": "'",
    "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "|": "/", "\\": "/",
    ";": ",", "!": ".", "…": "...", "•": "-", "·": "-", "×": "x",
}  # fmt: skip
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
        ],
        strict=True,
    )
)
CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъьюяђјљњћџѓќѕіїєґыэ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sht",
            "a",
            "y",
            "yu",
            "ya",
            "dj",
            "j",
            "lj",
            "nj",
            "c",
            "dz",
            "g",
            "k",
            "dz",
            "i",
            "i",
            "e",
            "g",
            "y",
            "e",
        ],
        strict=True,
    )
)


def convert(text: str, policy: Policy = Policy.BASIC) -> str:
    """Return ``text`` in the characters of a policy, white space reduced to single spaces.

    Umlauts become two letters, accents fall away, Greek and Cyrillic are written in Latin. What
    nobody can spell becomes a full stop, so that nothing vanishes unseen. Converting twice
    changes nothing. Lengths must be checked afterwards: "ß" needs two places.

    >>> convert("Müller & Söhne,  Größe 5 №1")
    'Mueller + Soehne, Groesse 5 Nr.1'
    >>> convert("Müller & Söhne", Policy.GERMAN)
    'Müller & Söhne'
    >>> convert("Łódź Ørsted Γιώργος София 東京")
    'Lodz Oersted Giorgos Sofiya ..'
    """
    characters = policy.characters
    if characters.issuperset(text) and "  " not in text:
        return text.strip()
    spelled = "".join(
        c if c in characters else _spell(c, policy) for c in unicodedata.normalize("NFC", text)
    )
    return re.sub(r"\s+", " ", spelled).strip()


@lru_cache(maxsize=4096)
def _spell(character: str, policy: Policy) -> str:
    if character.isspace():
        return " "
    spelling = _get_spelling(character)
    return "".join(c if c in policy.characters else REPLACEMENT for c in spelling)


def _get_spelling(character: str) -> str:
    if character in SPELLINGS:
        return SPELLINGS[character]
    if unicodedata.category(character) in {"Mn", "Cf", "Cc"}:
        return ""
    parts = unicodedata.normalize("NFKD", character)
    letters = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return "".join(_get_latin(letter) for letter in letters) or REPLACEMENT


def _get_latin(letter: str) -> str:
    if letter in BASIC:
        return letter
    small = letter.lower()
    latin = GREEK.get(small) or CYRILLIC.get(small) or SPELLINGS.get(letter)
    if latin is None:
        return REPLACEMENT
    return latin if small == letter else latin.capitalize()
