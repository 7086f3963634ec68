"""Formatters from the npm registry, for ``make lint`` only."""

from __future__ import annotations

import shutil

from .debian import ensure_programs
from .paths import CACHE, ROOT
from .shell import digest, locked, run_logged, say

HOME = CACHE / "node"
BIN = HOME / "node_modules" / ".bin"
FILES = [ROOT / "package.json", ROOT / "package-lock.json"]


def ensure() -> None:
    """Have the packages of package-lock.json in the cache folder."""
    ensure_programs({"node": "nodejs", "npm": "npm"}, "the XML and JavaScript formatters")
    wanted = digest(FILES)
    stamp = HOME / ".complete"
    with locked("node"):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        say("installing formatters")
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        for path in FILES:
            shutil.copy(path, HOME)
        run_logged(["npm", "ci", "--no-fund", "--no-audit"], "npm", cwd=HOME)
        stamp.write_text(wanted)
