"""Everything at once."""

from __future__ import annotations

import os

from . import debian, node, virtualenv


def ensure(browser: bool = True) -> None:
    """Have Odoo, the virtual environment and the browser; seconds when all is there."""
    os.umask(0o022)
    debian.ensure_odoo()
    debian.ensure_text_layout()
    virtualenv.ensure()
    if browser:
        debian.ensure_browser()


def ensure_lint() -> None:
    """Have what the linters need: the environment and the formatters."""
    os.umask(0o022)
    debian.ensure_odoo()
    virtualenv.ensure()
    node.ensure()
