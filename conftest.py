"""Makes ``odoo.addons.<addon>.core`` importable without Odoo, for plain pytest.

The packages around ``core/`` become empty stand-ins: neither Odoo nor an addon's ``__init__`` is
run, so a rule that reaches for a model fails here at once.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
ADDONS = ROOT / "addons"

# Same examples on each run and no time limit: a slow machine must not turn a test red.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")


class CoreFinder(MetaPathFinder):
    """Finds ``odoo``, ``odoo.addons`` and our addons as packages without any code."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        match fullname.split("."):
            case ["odoo"] | ["odoo", "addons"]:
                return _package(fullname)
            case ["odoo", "addons", addon] if (ADDONS / addon / "core").is_dir():
                return _package(fullname, ADDONS / addon)
        return None


def _package(fullname: str, *folders: Path) -> ModuleSpec:
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = [str(folder) for folder in folders]
    return spec


if "odoo" not in sys.modules:  # inside Odoo the real packages serve
    sys.meta_path.insert(0, CoreFinder())


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Collect addons as plain folders: pytest would import their ``__init__`` and so Odoo."""
    if not path.is_relative_to(ADDONS):
        return None
    name = ".".join(path.relative_to(ROOT).parts)
    stand_in = ModuleType(name)
    stand_in.__path__ = [str(path)]
    sys.modules.setdefault(name, stand_in)
    return pytest.Dir.from_parent(parent, path=path)
