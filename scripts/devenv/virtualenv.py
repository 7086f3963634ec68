"""The virtual environment with pinned packages."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys

from .debian import install_packages
from .paths import CACHE, ROOT
from .shell import SetupError, digest, locked, run_logged, say

HOME = CACHE / "venv"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / ".complete"
REQUIREMENTS = [
    ROOT / name for name in ("requirements-odoo.txt", "requirements.txt", "requirements-dev.txt")
]


def ensure() -> None:
    """Have the environment as the requirement files say; heals a half-finished one."""
    if sys.version_info < (3, 10):
        raise SetupError("Python 3.10 to 3.13 is needed (Odoo 19).")
    wanted = digest(REQUIREMENTS, sys.version)
    with locked("venv"):
        if STAMP.exists() and STAMP.read_text() == wanted and _works():
            return
        if not STAMP.exists() or not _works():
            _create()
        STAMP.unlink(missing_ok=True)
        say("installing Python packages")
        files = [part for path in REQUIREMENTS for part in ("-r", str(path))]
        run_logged([PYTHON, "-m", "pip", "install", "--progress-bar=off", *files], "pip")
        STAMP.write_text(wanted)


def _works() -> bool:
    return PYTHON.exists() and not subprocess.call(
        [str(PYTHON), "-c", "import pip, psycopg2, lxml"], stderr=subprocess.DEVNULL
    )


def _create() -> None:
    """A fresh environment; Debian's Python needs a package of its own for that."""
    shutil.rmtree(HOME, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is None:
        install_packages(["python3-venv"], "the virtual environment")
    run_logged([sys.executable, "-m", "venv", HOME], "pip")
