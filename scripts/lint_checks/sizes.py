"""Files and functions that have outgrown one reading."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .base import Addon, Finding, find_addons, parse_python

MAX_FILE_LINES = 400
MAX_XML_LINES = 600  # the formatter gives each attribute a line
MAX_FUNCTION_LINES = 60
DATA_PARTS = {"data", "demo", "fixtures", "i18n"}


def check(root: Path) -> list[Finding]:
    """Files that are too long (data aside) and functions that are, docstrings not counted."""
    return [
        finding
        for addon in find_addons(root).values()
        for path in addon.files(".py", ".js", ".scss", ".xml")
        if not DATA_PARTS & set(path.relative_to(addon.path).parts)
        for finding in _check_file(addon, path)
    ]


def _check_file(addon: Addon, path: Path) -> Iterator[Finding]:
    lines = len(path.read_text("utf-8").splitlines())
    limit = MAX_XML_LINES if path.suffix == ".xml" else MAX_FILE_LINES
    if lines > limit:
        yield addon.finding(path, 1, f"{lines} lines, more than {limit}: split it")
    if path.suffix == ".py":
        for node in ast.walk(parse_python(path)):
            if isinstance(node, ast.FunctionDef) and _length(node) > MAX_FUNCTION_LINES:
                message = f"{node.name}: {_length(node)} lines, more than {MAX_FUNCTION_LINES}"
                yield addon.finding(path, node.lineno, message)


def _length(node: ast.FunctionDef) -> int:
    """Lines of a function, its docstring left out: examples are welcome."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total
