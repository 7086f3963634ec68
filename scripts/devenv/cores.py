"""Makes ``odoo.addons.<addon>.core`` importable without Odoo.

The packages around ``core/`` become empty stand-ins: neither Odoo nor an addon's ``__init__`` is
run, so a rule that reaches for a model fails here at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ADDONS = Path(__file__).resolve().parents[2] / "addons"


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


def install() -> None:
    """Let the finder serve, unless the real packages are there: inside Odoo they do."""
    if "odoo" not in sys.modules:
        sys.meta_path.insert(0, CoreFinder())
