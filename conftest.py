"""Makes ``odoo.addons.<addon>.core`` importable without Odoo, for plain pytest."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from devenv import cores
from hypothesis import settings

ROOT = Path(__file__).parent
ADDONS = ROOT / "addons"

# Same examples on each run and no time limit: a slow machine must not turn a test red.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")
cores.install()


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Collect addons as plain folders: pytest would import their ``__init__`` and so Odoo."""
    if not path.is_relative_to(ADDONS):
        return None
    name = ".".join(path.relative_to(ROOT).parts)
    stand_in = ModuleType(name)
    stand_in.__path__ = [str(path)]
    sys.modules.setdefault(name, stand_in)
    return pytest.Dir.from_parent(parent, path=path)
