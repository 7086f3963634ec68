"""The German catalogue is complete: every string, translated, with the same placeholders."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

from .base import Addon, Finding, dotted, find_addons, iter_xml, parse_python

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdfr]|\{\{.*?\}\}|\{\w*\}")
SHOWN_ATTRIBUTES = {"string", "placeholder", "help", "confirm", "title", "aria-label"}
SHOWN_TAGS = {"template", "menuitem"}
SHOWN_FIELDS = {"name", "subject", "body_html", "help"}
TRANSLATED_CALLS = {"_", "_lt", "_t"}


def check(root: Path) -> list[Finding]:
    """Missing catalogues, missing or fuzzy translations, placeholders that differ."""
    return [finding for addon in find_addons(root).values() for finding in _check_addon(addon)]


def _check_addon(addon: Addon) -> Iterator[Finding]:
    pot_path = addon.path / "i18n" / f"{addon.name}.pot"
    po_path = addon.path / "i18n" / "de.po"
    missing = [path for path in (pot_path, po_path) if not path.exists()]
    if missing:
        if _has_visible_strings(addon):
            for path in missing:
                yield addon.finding(path, 1, "missing, but the addon has strings people see")
        return
    template, catalogue = polib.pofile(str(pot_path)), polib.pofile(str(po_path))
    yield from _check_template(addon, pot_path, template)
    known = {entry.msgid for entry in catalogue if not entry.obsolete}
    for entry in template:
        if entry.msgid not in known:
            yield addon.finding(po_path, 1, f"lacks {entry.msgid!r} of the template")
    wanted = {entry.msgid for entry in template}
    for entry in catalogue:
        if not entry.obsolete:
            for message in _objections(entry, wanted):
                yield addon.finding(po_path, entry.linenum, message)


def _check_template(addon: Addon, path: Path, template: polib.POFile) -> Iterator[Finding]:
    known = {entry.msgid for entry in template}
    for source in addon.files(".py"):
        if addon.is_test(source):
            continue
        for line, text in _translated_literals(source):
            if text.strip() and text not in known:
                yield addon.finding(source, line, f"{text!r} is not in {path.name}: export it")


def _translated_literals(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parse_python(path)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = dotted(node.func)
        text = node.args[0]
        if name.rpartition(".")[2] in TRANSLATED_CALLS and isinstance(text, ast.Constant):
            yield node.lineno, str(text.value)


def _objections(entry: polib.POEntry, wanted: set[str]) -> Iterator[str]:
    if not entry.translated():
        yield f"{entry.msgid!r} is {'fuzzy' if entry.fuzzy else 'not translated'}"
    elif _placeholders(entry.msgid) != _placeholders(entry.msgstr):
        yield f"{entry.msgid!r}: the translation has other placeholders"
    if entry.msgid not in wanted:
        yield f"{entry.msgid!r} is no longer in the template"


def _placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def _has_visible_strings(addon: Addon) -> bool:
    python = (path for path in addon.files(".py") if not addon.is_test(path))
    return any(_python_shows_text(path) for path in python) or any(
        _xml_shows_text(path) for path in addon.files(".xml") if not addon.is_test(path)
    )


def _python_shows_text(path: Path) -> bool:
    if any(True for _ in _translated_literals(path)):
        return True
    for node in ast.walk(parse_python(path)):
        if isinstance(node, ast.Assign) and (
            (isinstance(node.value, ast.Call) and dotted(node.value.func).startswith("fields."))
            or any(dotted(target) == "_description" for target in node.targets)
        ):
            return True
    return False


def _xml_shows_text(path: Path) -> bool:
    return any(
        SHOWN_ATTRIBUTES & set(map(str, element.attrib))
        or element.tag in SHOWN_TAGS
        or (element.tag == "field" and element.get("name") in SHOWN_FIELDS and element.text)
        for element in iter_xml(path)
    )
