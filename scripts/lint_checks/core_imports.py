"""``core/`` holds pure rules: it imports no Odoo, no clock, no chance and no outside."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from .base import Addon, Finding, dependencies, find_addons, parse_python, read_rules


def check(root: Path) -> list[Finding]:
    """Imports in ``core/`` beyond the standard library, declared libraries and declared cores."""
    addons = find_addons(root)
    findings = []
    for addon in addons.values():
        cores = dependencies(addons, addon.name)
        libraries = _declared_libraries(addon)
        for path in addon.files(".py", below="core"):
            for node in ast.walk(parse_python(path)):
                for name in _imported(addon, path, node):
                    reason = _objection(name, cores, libraries)
                    if reason:
                        line = getattr(node, "lineno", 1)
                        findings.append(addon.finding(path, line, f"imports {name}: {reason}"))
    return findings


def _declared_libraries(addon: Addon) -> set[str]:
    modules: dict[str, str] = read_rules("core")["modules"]
    declared = addon.manifest.get("external_dependencies", {}).get("python", [])
    return set(read_rules("core")["libraries"]) | {
        modules.get(name, name.replace("-", "_")) for name in declared
    }


def _imported(addon: Addon, path: Path, node: ast.AST) -> Iterator[str]:
    """Absolute names of what a node imports; relative ones are resolved."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if not node.level:
            yield node.module or ""
            return
        inner = path.relative_to(addon.path).with_suffix("").parts[: -node.level]
        parts = [*inner, *([node.module] if node.module else [])]
        base = ".".join(["odoo.addons", addon.name, *parts])
        # ``from .. import x`` names its siblings only in the aliases.
        names = [alias.name for alias in node.names] if not node.module else [""]
        yield from (f"{base}.{name}".rstrip(".") for name in names)


def _objection(name: str, cores: set[str], libraries: set[str]) -> str:
    top, *rest = name.split(".")
    forbidden: dict[str, str] = read_rules("core")["forbidden"]
    if top in forbidden:
        return forbidden[top]
    if top == "odoo":
        return _objection_to_odoo(rest, cores)
    if top in sys.stdlib_module_names or top in libraries:
        return ""
    return "neither the standard library nor declared in external_dependencies"


def _objection_to_odoo(rest: list[str], cores: set[str]) -> str:
    if len(rest) >= 3 and rest[0] == "addons" and rest[2] == "core":
        return "" if rest[1] in cores else f"{rest[1]} is not a dependency"
    return "only the core of a declared dependency may be imported"
