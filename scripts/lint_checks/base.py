"""What the checks share: findings, addons, their files and their syntax trees."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SKIPPED_PARTS = {".git", ".cache", "__pycache__", "node_modules"}
RULES = Path(__file__).parent / "rules.toml"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend, at a place an editor can jump to."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Addon:
    """An addon of this repository."""

    root: Path
    name: str

    @property
    def path(self) -> Path:
        """The addon's folder."""
        return self.root / "addons" / self.name

    @property
    def manifest(self) -> dict[str, Any]:
        """The evaluated manifest; empty when it is not a literal."""
        try:
            value = ast.literal_eval((self.path / "__manifest__.py").read_text("utf-8"))
        except (ValueError, SyntaxError):
            return {}
        return value if isinstance(value, dict) else {}

    def files(self, *suffixes: str, below: str = "") -> Iterator[Path]:
        """The addon's own files with these suffixes, sorted; vendored code is left out."""
        for path in sorted((self.path / below).rglob("*")):
            inner = path.relative_to(self.path)
            if path.suffix in suffixes and path.is_file() and not _is_vendored(inner):
                yield path

    def is_test(self, path: Path) -> bool:
        """Whether the file only serves tests."""
        return "tests" in path.relative_to(self.path).parts[:-1]

    def finding(self, path: Path, line: int | None, message: str) -> Finding:
        """A finding in one of the addon's files."""
        return Finding(path.relative_to(self.root).as_posix(), line or 1, message)


def _is_vendored(inner: Path) -> bool:
    return bool(SKIPPED_PARTS & set(inner.parts)) or "static/lib" in inner.as_posix()


def find_addons(root: Path) -> dict[str, Addon]:
    """Every folder below ``addons/`` that has a manifest, by name."""
    manifests = sorted(root.glob("addons/*/__manifest__.py"))
    return {path.parent.name: Addon(root, path.parent.name) for path in manifests}


def dependencies(addons: dict[str, Addon], name: str) -> set[str]:
    """The addon itself and whatever it depends on, transitively within the repository."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            if current in addons:
                waiting.extend(addons[current].manifest.get("depends", []))
    return found


def read_rules(section: str) -> dict[str, Any]:
    """A section of ``rules.toml``."""
    rules: dict[str, Any] = tomllib.loads(RULES.read_text("utf-8"))[section]
    return rules


def parse_python(path: Path) -> ast.Module:
    """The syntax tree; empty when the file does not parse, which ruff reports by itself."""
    return _parse_python(path, path.stat().st_mtime_ns)


@cache
def _parse_python(path: Path, _version: int) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def iter_xml(path: Path) -> Iterator[etree._Element]:
    """The elements of a file; none when it does not parse, which prettier reports by itself."""
    try:
        parser = etree.XMLParser(remove_comments=True, resolve_entities=False)
        tree = etree.parse(str(path), parser)
    except etree.XMLSyntaxError:
        return
    yield from (element for element in tree.iter() if isinstance(element.tag, str))


def line_of(element: etree._Element) -> int:
    """The line of an element, 1 when lxml does not know."""
    return int(getattr(element, "sourceline", 0) or 1)


def docstrings(tree: ast.AST) -> set[int]:
    """Ids of the nodes that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners)
        and ast.get_docstring(node, clean=False) is not None
        and isinstance(node.body[0], ast.Expr)
    }


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and value of each string that is not a docstring."""
    prose = docstrings(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose:
                yield node.lineno, text


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Each class of a module, wherever it stands."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute chain or a name, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def class_value(node: ast.ClassDef, name: str) -> ast.expr | None:
    """What a class body assigns to ``name``."""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in statement.targets
        ):
            return statement.value
    return None


def literal_names(node: ast.expr | None) -> list[str]:
    """The strings of ``"a"`` or ``["a", "b"]``."""
    if node is None:
        return []
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [
        element.value
        for element in elements
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    ]


def project_files(root: Path) -> list[Path]:
    """Files that belong to the project: git's, or every file of an unpacked archive."""
    if (root / ".git").exists():
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        paths = [root / name for name in names if name]
    else:
        paths = list(root.rglob("*"))
    return sorted(
        path
        for path in paths
        if path.is_file()
        and not path.is_symlink()
        and not SKIPPED_PARTS & set(path.relative_to(root).parts)
    )
