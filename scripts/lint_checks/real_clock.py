"""The date comes from the company's billing today, so that a test clock can move it.

Banned outside tests and demo data: today() and now() in Python, relative dates in domains, and
the clock of the database. A pure time stamp (when something happened; nothing is decided by it)
carries the comment ``# timestamp`` on its line; any other exception stands in ``rules.toml``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .base import (
    Addon,
    Finding,
    docstrings,
    dotted,
    find_addons,
    iter_xml,
    line_of,
    parse_python,
    read_rules,
)

CLOCKS = re.compile(
    r"(^|\.)(date\.today|Date\.today|datetime\.(now|utcnow|today)|Datetime\.(now|today)"
    r"|context_today|time\.time)$"
)
STAMPS = re.compile(r"(^|\.)Datetime\.now$")
SQL_CLOCK = re.compile(r"\bnow\(\)|\bcurrent_(date|timestamp)\b|\blocaltimestamp\b", re.IGNORECASE)
RELATIVE = re.compile(
    r"^(today|now)\b|^[-+=]\d+[dwmyHMS]\b|^[-+=](mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|^=\w+_start\b"
)
OPERATORS = {"=", "!=", "<", "<=", ">", ">="}
XML_CLOCK = re.compile(
    r"context_today|\b(?:date|datetime|DateTime)\.(?:today|now|utcnow)\b|time\.strftime"
    r"|['\"](?:today|now)\b[^'\"]*['\"]"
)
XML_ATTRIBUTES = {"domain", "filter_domain", "context", "eval", "search"}
XML_FIELDS = {"domain", "domain_force", "context", "code", "filter_domain"}
STAMP_COMMENT = "# timestamp"
REMEDY = "take the date from the company's billing today"


@dataclass(frozen=True)
class Use:
    """One reading of a clock: where, in which function or record, and what."""

    line: int
    name: str
    what: str


def check(root: Path) -> list[Finding]:
    """Readings of a real clock, and exceptions that no longer match anything."""
    allowed = {(entry["file"], entry["name"]) for entry in read_rules("clock")["allow"]}
    used = set()
    findings = []
    for addon in find_addons(root).values():
        for path in addon.files(".py", ".xml"):
            if addon.is_test(path) or "demo" in path.relative_to(addon.path).parts:
                continue
            file = path.relative_to(root).as_posix()
            for use in _uses(path):
                if (file, use.name) in allowed:
                    used.add((file, use.name))
                else:
                    findings.append(_finding(addon, path, use))
    stale = {entry for entry in allowed - used if (root / entry[0]).exists()}
    return findings + [
        Finding(file, 1, f"rules.toml allows a clock in {name}, where there is none")
        for file, name in sorted(stale)
    ]


def _finding(addon: Addon, path: Path, use: Use) -> Finding:
    return addon.finding(path, use.line, f"{use.name} reads the clock ({use.what}): {REMEDY}")


def _uses(path: Path) -> Iterator[Use]:
    if path.suffix == ".xml":
        yield from _xml_uses(path)
        return
    lines = path.read_text("utf-8").splitlines()
    tree = parse_python(path)
    prose = docstrings(tree)
    for name, node in _named_nodes(tree, "module"):
        if id(node) in prose:
            continue
        what, is_stamp = _clock_in(node)
        line = getattr(node, "lineno", 1)
        if what and not (is_stamp and STAMP_COMMENT in lines[line - 1]):
            yield Use(line, name, what)


def _named_nodes(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node with the dotted name of the class and function around it."""
    for child in ast.iter_child_nodes(node):
        inner = name
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner = child.name if name == "module" else f"{name}.{child.name}"
        yield inner, child
        yield from _named_nodes(child, inner)


def _clock_in(node: ast.AST) -> tuple[str, bool]:
    """What clock a node reads ('' for none), and whether a time stamp may read it."""
    if isinstance(node, ast.Attribute):
        name = dotted(node)
        return (name, bool(STAMPS.search(name))) if CLOCKS.search(name) else ("", False)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = SQL_CLOCK.search(node.value)
        return (f"SQL {found.group()}", True) if found else ("", False)
    return _relative_date(node), False


def _relative_date(node: ast.AST) -> str:
    """The relative date of a domain leaf ``(field, operator, 'today')``."""
    if isinstance(node, ast.Tuple | ast.List):
        leaf = node.elts
    elif isinstance(node, ast.Call) and dotted(node.func).endswith("Domain"):
        leaf = node.args
    else:
        return ""
    values = [part.value if isinstance(part, ast.Constant) else None for part in leaf]
    match values:
        case [str(), str(operator), str(value)] if operator in OPERATORS:
            return f"domain {value!r}" if RELATIVE.search(value) else ""
    return ""


def _xml_uses(path: Path) -> Iterator[Use]:
    for element in iter_xml(path):
        texts = [str(v) for key, v in element.attrib.items() if key in XML_ATTRIBUTES]
        if element.tag == "field" and element.get("name") in XML_FIELDS:
            texts.append(element.text or "")
        for text in texts:
            found = XML_CLOCK.search(text)
            if found:
                yield Use(line_of(element), _record_of(element), found.group())


def _record_of(element: object) -> str:
    ancestors = [element, *element.iterancestors()]  # type: ignore[attr-defined]
    return next((str(a.get("id")) for a in ancestors if a.get("id")), "module")
