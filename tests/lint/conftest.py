"""A small project on disk for each test of a check."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Write files into an addon of a throw-away project and return the project's root.

    ``project({"models/x.py": "..."})`` fills ``addons/sepa_debit``; a manifest is added.
    """

    def write(files: dict[str, str], addon: str = "sepa_debit", depends: str = "[]") -> Path:
        manifest = f'{{"version": "19.0.1.0.0", "depends": {depends}}}'
        for name, text in {"__manifest__.py": manifest, **files}.items():
            path = tmp_path / "addons" / addon / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write
