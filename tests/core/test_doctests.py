"""Runs the doctests of every ``core/`` module and asks for at least one in each addon."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

ADDONS = Path(__file__).parents[2] / "addons"
CORES = sorted(ADDONS.glob("*/core"))


def _modules(core: Path) -> list[str]:
    paths = sorted(core.rglob("*.py"))
    return [
        ".".join(("odoo", "addons", *path.relative_to(ADDONS).with_suffix("").parts))
        for path in paths
        if path.name != "__init__.py"
    ]


def _has_public_functions(core: Path) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        for path in core.rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
    )


@pytest.mark.parametrize("name", [name for core in CORES for name in _modules(core)])
def test_doctests(name: str) -> None:
    # "..." in expected output stands for anything, such as the module path of an error.
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert not result.failed, f"{result.failed} of {result.attempted} examples fail"


@pytest.mark.parametrize("core", CORES, ids=lambda core: core.parent.name)
def test_core_shows_examples(core: Path) -> None:
    modules = map(importlib.import_module, _modules(core))
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = sum(len(test.examples) for module in modules for test in finder.find(module))
    assert examples or not _has_public_functions(core), "no public rule here shows an example"
