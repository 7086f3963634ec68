"""Where things live: the checkout and its one cache folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
SYSTEM_CACHE = Path("/var/cache/subscription-billing")


def _reachable_by_others(path: Path) -> bool:
    """Whether another user may walk down to ``path`` (every parent has o+x)."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


def _relocated() -> Path:
    """A cache folder outside the checkout, one per checkout.

    PostgreSQL refuses to run as root, so it runs as another user, and that user cannot
    enter a checkout below root's home or a private temporary folder.
    """
    key = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return SYSTEM_CACHE / key


def _cache_dir() -> Path:
    if chosen := os.environ.get("BILLING_CACHE"):
        return Path(chosen).resolve()
    local = ROOT / ".cache"
    if local.is_symlink() or os.geteuid() != 0 or _reachable_by_others(ROOT):
        local = local.resolve()
        local.mkdir(parents=True, exist_ok=True)
        return local
    target = _relocated()
    target.mkdir(parents=True, exist_ok=True)
    local.symlink_to(target)
    return target


CACHE = _cache_dir()
LOGS = CACHE / "logs"
RUN = CACHE / "run"
for _folder in (CACHE, LOGS, RUN):
    _folder.mkdir(parents=True, exist_ok=True)
