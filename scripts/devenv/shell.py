"""Small helpers around processes, locks and stamps."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .paths import LOGS, RUN


class SetupError(SystemExit):
    """Set-up cannot go on; the message says what the user can do."""

    def __init__(self, message: str) -> None:
        super().__init__(f"\n{message}\n")


def say(message: str) -> None:
    print(f"· {message}", file=sys.stderr, flush=True)


def run_logged(command: Sequence[str | Path], name: str, **options: Any) -> None:
    """Run quietly with the output in a log; on failure show its end and stop."""
    log = LOGS / f"{name}.log"
    with log.open("ab") as out:
        result = subprocess.run(
            [str(part) for part in command], stdout=out, stderr=subprocess.STDOUT, **options
        )
    if result.returncode:
        tail = log.read_text(errors="replace").splitlines()[-15:]
        raise SetupError(f"Failed: {command[0]} ({name}). The end of {log}:\n" + "\n".join(tail))


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of this checkout at a time; others wait."""
    with (RUN / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def digest(paths: Iterable[Path], *extra: str) -> str:
    """A short hash of the contents of files and of some strings."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.name).encode() + b"\0" + path.read_bytes() + b"\0")
    for text in extra:
        total.update(text.encode() + b"\0")
    return total.hexdigest()[:16]


def as_root(command: Sequence[str]) -> list[str] | None:
    """``command`` with the right to install system packages, or None without it."""
    if os.geteuid() == 0:
        return list(command)
    if shutil.which("sudo") and not subprocess.call(
        ["sudo", "-n", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ):
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", *command]
    return None
