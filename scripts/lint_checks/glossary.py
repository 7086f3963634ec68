"""The German words: one term per concept, the customer's words on customers' pages, always Sie.

``glossary.toml`` says which German stems may stand for an English term. Short stems match at the
start of a word, longer ones also inside compounds.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polib

from .base import Addon, Finding, find_addons, iter_xml

TABLE = Path(__file__).parent / "glossary.toml"
INFORMAL = re.compile(r"\b(du|dich|dir|dein(e[mnrs]?)?|euch|eue?re?[mnrs]?)\b", re.IGNORECASE)
SHORT_STEM = 4
# Names of values are code, no words.
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]")


@dataclass(frozen=True)
class Term:
    """An English term with the German stems that may stand for it."""

    english: str
    pattern: re.Pattern[str]
    staff: tuple[str, ...]
    customer: tuple[str, ...]

    def stems(self, for_customers: bool) -> tuple[str, ...]:
        """The stems for this reader."""
        return self.customer or self.staff if for_customers else self.staff + self.customer


def check(root: Path) -> list[Finding]:
    """Translations that use another word than the glossary's."""
    findings = []
    for addon in find_addons(root).values():
        path = addon.path / "i18n" / "de.po"
        if not path.exists():
            continue
        pages = _portal_templates(addon)
        for entry in polib.pofile(str(path)):
            if entry.msgstr and not entry.obsolete:
                for_customers = _is_for_customers(addon, entry, pages)
                for message in _objections(entry, for_customers):
                    findings.append(addon.finding(path, entry.linenum, message))
    return findings


@cache
def _terms() -> list[Term]:
    """Longest terms first, so that "invoice date" is not read as "invoice"."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["term"]
    terms = [
        Term(
            row["en"],
            re.compile(rf"\b{row['en'].replace(' ', '[ -]')}(?:s|es)?\b", re.IGNORECASE),
            tuple(row["de"]),
            tuple(row.get("customer", [])),
        )
        for row in rows
    ]
    return sorted(terms, key=lambda term: -len(term.english))


@cache
def _avoided() -> list[tuple[str, re.Pattern[str]]]:
    rows = tomllib.loads(TABLE.read_text("utf-8"))["avoid"]
    return [(row["word"], re.compile(row["pattern"])) for row in rows]


def _objections(entry: polib.POEntry, for_customers: bool) -> Iterator[str]:
    yield from _wrong_terms(entry, for_customers)
    informal = INFORMAL.search(entry.msgstr)
    if informal:
        yield f"{informal.group()!r}: readers are addressed with Sie"
    if for_customers:
        for word, pattern in _avoided():
            if pattern.search(entry.msgstr):
                yield f"{word!r} is not a customer's word, in {entry.msgstr!r}"


def _wrong_terms(entry: polib.POEntry, for_customers: bool) -> Iterator[str]:
    rest = PLACEHOLDER.sub("", entry.msgid)
    for term in _terms():
        if not term.pattern.search(rest):
            continue
        rest = term.pattern.sub("\0", rest)
        stems = term.stems(for_customers)
        if not any(_has_stem(entry.msgstr, stem) for stem in stems):
            wanted = " or ".join(stems)
            yield f"{term.english!r} is {wanted} in German, not {entry.msgstr!r}"


def _has_stem(text: str, stem: str) -> bool:
    start = r"\b" if len(stem) <= SHORT_STEM else ""
    return re.search(start + re.escape(stem), text, re.IGNORECASE) is not None


def _portal_templates(addon: Addon) -> set[str]:
    """Ids of the templates that customers see."""
    found = set()
    for path in addon.files(".xml"):
        for element in iter_xml(path):
            name = element.get("id", "")
            if element.tag == "template" and ("portal" in path.name or "portal" in name):
                found.add(name)
    return found


def _is_for_customers(addon: Addon, entry: polib.POEntry, pages: set[str]) -> bool:
    if addon.name.startswith("customer_portal"):
        return True
    places = [place for place, _line in entry.occurrences]
    return any("/controllers/" in place for place in places) or any(
        place.startswith("model_terms:ir.ui.view") and place.rpartition(".")[2] in pages
        for place in places
    )
