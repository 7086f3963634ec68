"""An addon must not name what belongs to an addon it does not depend on.

Names in code, XML, JavaScript and CSV count; comments, docstrings, manifests' prose, readme and
catalogues do not. A model ``a.b`` is also recognised as ``a_b`` (XML ids, tables, fields).
"""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .base import (
    Addon,
    Finding,
    class_value,
    classes,
    dependencies,
    find_addons,
    iter_xml,
    line_of,
    literal_names,
    parse_python,
    read_rules,
    strings,
)

JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)


def check(root: Path) -> list[Finding]:
    """Mentions of models and modules outside the addon's dependencies."""
    addons = find_addons(root)
    owners = _owners(addons)
    findings: list[Finding] = []
    for addon in addons.values():
        known = dependencies(addons, addon.name)
        foreign = {noun: owner for noun, owner in owners.items() if owner not in known}
        findings += _check_addon(addon, foreign)
    return findings


def _owners(addons: dict[str, Addon]) -> dict[str, str]:
    """Noun -> owning addon; a prefix noun ends with a dot."""
    rules = read_rules("nouns")
    owners: dict[str, str] = {f"{prefix}.": owner for prefix, owner in rules["prefixes"].items()}
    owners |= rules["models"]
    for addon in addons.values():
        owners[addon.name] = addon.name
        for path in addon.files(".py"):
            for node in classes(parse_python(path)):
                names = literal_names(class_value(node, "_name"))
                extended = literal_names(class_value(node, "_inherit"))
                # A noun below a prefix stays with the prefix's owner: found twice otherwise.
                owners |= {n: addon.name for n in names if "." in n and n not in extended}
    return owners


def _check_addon(addon: Addon, foreign: dict[str, str]) -> Iterator[Finding]:
    allowed = {entry["noun"] for entry in read_rules("nouns")["allow"].get(addon.name, [])}
    seen = set()
    for path in addon.files(".py", ".xml", ".js", ".csv"):
        for line, text in _names(path):
            for noun, owner in foreign.items():
                found = _pattern(noun).search(text)
                if not found or found.group() in allowed:
                    continue
                place = (path, line, owner)
                if place not in seen:
                    seen.add(place)
                    yield addon.finding(
                        path, line, f"names {found.group()!r} of {owner}, not a dependency"
                    )


@cache
def _pattern(noun: str) -> re.Pattern[str]:
    if noun.endswith("."):
        stem = re.escape(noun)
        return re.compile(rf"(?<![\w.]){stem}[a-z_]+(?:\.[a-z_]+)*(?![\w.(])|^{stem}$")
    if "." not in noun:  # a module
        return re.compile(rf"(?<![\w.]){noun}(?=\.|\W|$)|(?<=addons\.){noun}(?!\w)")
    stem = re.escape(noun).replace(r"\.", "[._]")
    return re.compile(rf"(?<![a-z0-9.]){stem}(?![a-z0-9])")


def _names(path: Path) -> Iterator[tuple[int, str]]:
    if path.name == "__manifest__.py":
        return
    if path.suffix == ".py":
        tree = parse_python(path)
        yield from strings(tree)
        yield from _identifiers(tree)
    elif path.suffix == ".xml":
        for element in iter_xml(path):
            for text in (*element.attrib.values(), element.text or "", element.tail or ""):
                yield line_of(element), str(text)
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            for line, row in enumerate(csv.reader(stream), 1):
                yield from ((line, cell) for cell in row)
    else:
        code = JS_COMMENT.sub(lambda m: "\n" * m.group().count("\n"), path.read_text("utf-8"))
        yield from enumerate(code.splitlines(), 1)


def _identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.keyword(arg=str(name)):
                yield node.lineno, name
            case ast.ImportFrom(module=str(name)):
                yield node.lineno, name
            case ast.alias(name=name):
                yield node.lineno, name
