"""Idioms from before Odoo 19, several of which 19 ignores without an error."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .base import Finding, dotted, find_addons, iter_xml, line_of, parse_python

OLD_NAMES = {
    "_sql_constraints": "models.Constraint or models.UniqueIndex attributes",
    "name_get": "_compute_display_name",
    "fields_view_get": "get_view",
}
OLD_ATTRIBUTES = {"_cr": "env.cr", "_uid": "env.uid", "_context": "env.context"}
OLD_XML_ATTRIBUTES = {"attrs": "invisible, readonly, required", "states": "invisible"}
TREE_VIEW = re.compile(r"\btree\b")


def check(root: Path) -> list[Finding]:
    """Old names in Python, old elements and attributes in XML."""
    findings = []
    for addon in find_addons(root).values():
        for path in addon.files(".py", ".xml"):
            uses = _python_uses(path) if path.suffix == ".py" else _xml_uses(path)
            for line, old, new in uses:
                findings.append(addon.finding(path, line, f"{old} is from before 19: use {new}"))
    return findings


def _python_uses(path: Path) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(parse_python(path)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name):
                if name in OLD_NAMES:
                    yield node.lineno, name, OLD_NAMES[name]
            case ast.Attribute(attr=name) if name in OLD_ATTRIBUTES:
                yield node.lineno, name, OLD_ATTRIBUTES[name]
            case ast.Call(func=function, keywords=keywords) if dotted(function).endswith("route"):
                yield from _old_route(node.lineno, keywords)
            case ast.ImportFrom(module=str(name)) if name.startswith("odoo.osv"):
                yield node.lineno, "odoo.osv", "Domain of odoo.fields"


def _old_route(line: int, keywords: list[ast.keyword]) -> Iterator[tuple[int, str, str]]:
    for keyword in keywords:
        value = keyword.value
        if keyword.arg == "type" and isinstance(value, ast.Constant) and value.value == "json":
            yield line, "type='json'", "type='jsonrpc'"


def _xml_uses(path: Path) -> Iterator[tuple[int, str, str]]:
    for element in iter_xml(path):
        line = line_of(element)
        if element.tag == "tree":
            yield line, "<tree>", "<list>"
        if element.get("name") == "view_mode" and TREE_VIEW.search(element.text or ""):
            yield line, "view_mode tree", "list"
        if element.tag == "field" and element.get("name") == "groups_id":
            yield line, "groups_id", "group_ids"
        for attribute, new in OLD_XML_ATTRIBUTES.items():
            if element.get(attribute) is not None:
                yield line, f"{attribute}=", new
