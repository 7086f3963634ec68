"""No file names the machine it was written on, nor the package registries that it used."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from .base import Finding, project_files

# The lookbehind lets folders inside the project and below a variable pass: those are relative.
MACHINE_PATH = re.compile(r"(?<![\w.)}$~*/-])/(?:(?:work|root)/|home/[A-Za-z0-9_])")
URL = re.compile(r"[a-z+]+://[^\s'\"]+")
LOCAL_HOST = re.compile(r"^(localhost|[\d.]+|\[.*\])$")


def check(root: Path) -> list[Finding]:
    """Absolute paths of one machine and host names of registries."""
    hosts = registry_hosts()
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(h)}(?![\w-])" for h in hosts))
    findings = []
    for path in project_files(root):
        for number, line in enumerate(_lines(path), 1):
            place = path.relative_to(root).as_posix()
            if MACHINE_PATH.search(line):
                findings.append(Finding(place, number, "names a path of one machine"))
            # The host is not repeated: the report would carry it into logs.
            if hosts and pattern.search(line):
                findings.append(Finding(place, number, "names the host of a package registry"))
    return findings


def _lines(path: Path) -> list[str]:
    data = path.read_bytes()
    return [] if b"\0" in data else data.decode("utf-8", "replace").splitlines()


def registry_hosts() -> set[str]:
    """Hosts that pip, npm and apt of this machine are configured to use."""
    texts = [*_pip_settings(), _output("npm", "config", "get", "registry"), *_apt_sources()]
    found = {urlsplit(url).hostname for text in texts for url in URL.findall(text)}
    return {host for host in found if host and not LOCAL_HOST.match(host)}


def _pip_settings() -> Iterator[str]:
    yield _output(sys.executable, "-m", "pip", "config", "list")
    yield from (value for name, value in os.environ.items() if name.startswith("PIP_"))
    try:  # the default that pip falls back to is only known to pip
        from pip._internal.models.index import PyPI
    except ImportError:
        return
    yield f"{PyPI.url} https://{PyPI.file_storage_domain}"


def _apt_sources() -> Iterator[str]:
    folder = Path("/etc/apt")
    for path in (folder / "sources.list", *folder.glob("sources.list.d/*")):
        if path.suffix in {".list", ".sources"} and path.is_file():
            lines = path.read_text("utf-8", "replace").splitlines()
            yield "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _output(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""
