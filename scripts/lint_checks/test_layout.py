"""Tests that Odoo would silently not run, or run too early."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .base import Addon, Finding, classes, dotted, find_addons, parse_python

PLAIN_BASES = {"TestCase", "unittest.TestCase", "IsolatedAsyncioTestCase"}
REQUIRED_TAGS = {"post_install", "-at_install"}


def check(root: Path) -> list[Finding]:
    """Test files that are not imported, classes without tags or without Odoo's base."""
    findings: list[Finding] = []
    for addon in find_addons(root).values():
        findings += _check_pytest_folder(addon)
        for path in addon.files(".py", below="tests"):
            if _is_pytest(addon, path) or not path.name.startswith("test_"):
                continue
            findings += _check_import(addon, path)
            findings += _check_classes(addon, path)
    return findings


def _is_pytest(addon: Addon, path: Path) -> bool:
    return path.is_relative_to(addon.path / "tests" / "core")


def _check_pytest_folder(addon: Addon) -> Iterator[Finding]:
    init = addon.path / "tests" / "core" / "__init__.py"
    if init.exists():
        yield addon.finding(init, 1, "tests/core is for pytest: Odoo must not import it")


def _check_import(addon: Addon, path: Path) -> Iterator[Finding]:
    init = path.parent / "__init__.py"
    if not init.exists() or path.stem not in _imported(parse_python(init)):
        yield addon.finding(path, 1, "not imported in tests/__init__.py: Odoo never runs it")


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names |= {node.module} if node.module else {alias.name for alias in node.names}
    return {name for name in names if name}


def _check_classes(addon: Addon, path: Path) -> Iterator[Finding]:
    for node in classes(parse_python(path)):
        if not any(_is_test_method(statement) for statement in node.body):
            continue
        if not node.bases or PLAIN_BASES & {dotted(base) for base in node.bases}:
            message = f"{node.name}: derive from a test class of Odoo, or it is never run"
            yield addon.finding(path, node.lineno, message)
        if not _tags(node) >= REQUIRED_TAGS:
            message = f'{node.name}: tag it @tagged("post_install", "-at_install")'
            yield addon.finding(path, node.lineno, message)


def _is_test_method(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _tags(node: ast.ClassDef) -> set[str]:
    return {
        argument.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and dotted(decorator.func).endswith("tagged")
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
