"""A refusal says what is wrong and what to do about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .base import Finding, find_addons, parse_python

ERRORS = {"UserError", "ValidationError", "AccessError"}
# A message that only states a fact has no such break: "Price: enter …", "X is locked. Unlock it.",
# "%(problem)s Unlock it."
BREAK = re.compile(r"[.:;!?]\s|\)s\s[A-Z]")


def check(root: Path) -> list[Finding]:
    """Messages of errors for people that name no remedy."""
    findings = []
    for addon in find_addons(root).values():
        for path in addon.files(".py"):
            if "tests" in path.parts:
                continue
            for line, message in _refusals(path):
                if not BREAK.search(message):
                    findings.append(
                        addon.finding(path, line, f"{message!r} does not say what to do about it")
                    )
    return findings


def _refusals(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parse_python(path)):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) as error) if name in ERRORS:
                for message in _translated(error):
                    yield node.lineno, message


def _translated(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Attribute(attr="_"), args=[ast.Constant(value=str(text)), *_]):
                yield text
