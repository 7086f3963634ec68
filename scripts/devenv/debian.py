"""Odoo 19 from Debian's package, and the system programs the tests need.

Odoo 19.0 is not on the Python package index, Debian's unstable suite has it. It is taken
apart into the cache folder without root and without touching the host: apt works on private
folders with the host's own source stanza, its suite replaced, so that mirror and signatures
are those the host already trusts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from ctypes.util import find_library
from pathlib import Path

from .paths import CACHE
from .shell import SetupError, as_root, locked, run_logged, say

# The package leaves links to fonts and scripts of these; Font Awesome from the host's own suite
# (4.7), because the newer one lacks the files Odoo links to.
FROM_UNSTABLE = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
)
FROM_HOST = ("fonts-font-awesome", "fonts-inconsolata")
PREFIX = CACHE / "odoo"
LAYOUT = "2"  # raise to have everybody's copy made again


def odoo_path() -> Path:
    """The folder to put on ``PYTHONPATH`` so that ``import odoo`` works."""
    if home := os.environ.get("ODOO_HOME"):
        return Path(home).resolve()
    return PREFIX / "usr/lib/python3/dist-packages"


def core_addons() -> list[Path]:
    """Folders with Odoo's own addons that are not part of the package itself."""
    beside = odoo_path() / "addons"
    return [beside] if (beside / "account" / "__manifest__.py").exists() else []


def ensure_odoo() -> None:
    """Have a usable Odoo 19.0; raises SetupError with the remedy otherwise."""
    if not os.environ.get("ODOO_HOME"):
        with locked("odoo"):
            if not _complete():
                _fetch_odoo()
    _check_version()


def _complete() -> bool:
    stamp = PREFIX / ".complete"
    return (
        stamp.exists()
        and stamp.read_text() == LAYOUT
        and (odoo_path() / "odoo" / "release.py").exists()
        and (odoo_path() / "odoo/addons/account/__manifest__.py").exists()
    )


def _check_version() -> None:
    release = odoo_path() / "odoo" / "release.py"
    text = release.read_text() if release.exists() else ""
    if not re.search(r"version_info = \(19, 0,", text):
        raise SetupError(
            f"No Odoo 19.0 in {odoo_path()}. Set ODOO_HOME to a checkout of Odoo's branch 19.0."
        )


def _fetch_odoo() -> None:
    say("fetching Odoo 19 (about 130 MB, once)")
    CACHE.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="odoo-", dir=CACHE))
    try:
        debs = work / "debs"
        debs.mkdir()
        _download(work, debs)
        fresh = work / "prefix"
        for deb in sorted(debs.glob("*.deb")):
            run_logged(["dpkg", "-x", deb, fresh], "odoo")
        (fresh / ".complete").write_text(LAYOUT)
        shutil.rmtree(PREFIX, ignore_errors=True)
        fresh.rename(PREFIX)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _download(work: Path, debs: Path) -> None:
    """Fetch the packages through apt on private folders."""
    try:
        options = _private_apt(work)
        run_logged(["apt-get", *options, "update"], "odoo")
        run_logged(["apt-get", *options, "download", *FROM_UNSTABLE], "odoo", cwd=debs)
        host = _private_apt(work, suite=None)
        run_logged(["apt-get", *host, "update"], "odoo")
        run_logged(["apt-get", *host, "download", *FROM_HOST], "odoo", cwd=debs)
    except (SetupError, OSError) as error:
        raise SetupError(
            f"{error}\nOdoo 19 could not be had from Debian's unstable suite. "
            "Set ODOO_HOME to a checkout of Odoo's branch 19.0 and call again."
        ) from error


def _private_apt(work: Path, suite: str | None = "sid") -> list[str]:
    """Options that make apt use the host's stanza, with another suite, on private folders."""
    base = work / (suite or "host")
    for folder in ("parts", "lists/partial", "archives/partial"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "parts" / "source.sources").write_text(_source_stanza(suite))
    settings = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": base / "parts",
        "Dir::State::lists": base / "lists",
        "Dir::Cache": base,
        "Acquire::Languages": "none",
        # Signatures are checked; only the download's own unprivileged user is given up,
        # because it may not enter the cache folder.
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "Acquire::Retries": "3",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _source_stanza(suite: str | None) -> str:
    """The host's first Debian stanza, its suite replaced; understands both file formats."""
    for path in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            if "debian" in stanza.lower() and re.search(r"^Suites: *\w+", stanza, re.M):
                if "-security" in stanza:
                    continue
                return _deb822(stanza, suite)
    return _deb822(_from_one_line_format(), suite)


def _deb822(stanza: str, suite: str | None) -> str:
    if suite:
        stanza = re.sub(r"^Suites:.*$", f"Suites: {suite}", stanza, flags=re.M)
    return stanza.strip() + "\n"


def _from_one_line_format() -> str:
    listing = Path("/etc/apt/sources.list")
    text = listing.read_text() if listing.exists() else ""
    found = re.search(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+/debian/?)\s+(\S+)\s+main", text, re.M)
    if not found:
        raise SetupError("No Debian package source found in /etc/apt.")
    return (
        f"Types: deb\nURIs: {found[1]}\nSuites: {found[2]}\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )


def ensure_programs(needed: dict[str, str], why: str) -> None:
    """Install Debian packages for missing programs.

    :param needed: program name -> Debian package
    :param why: what they are for, for the message to users who may not install
    """
    missing = sorted({package for name, package in needed.items() if not shutil.which(name)})
    if not missing:
        return
    with locked("apt"):
        install_packages(missing, why)


def ensure_text_layout() -> None:
    """The libraries WeasyPrint lays out text with; a bare machine lacks them."""
    needed = {
        "pango-1.0": "libpango-1.0-0",
        "pangoft2-1.0": "libpangoft2-1.0-0",
        "harfbuzz-subset": "libharfbuzz-subset0",
    }
    missing = [package for name, package in needed.items() if not find_library(name)]
    if missing:
        with locked("apt"):
            install_packages(missing, "the layout of documents")


def install_packages(packages: list[str], why: str) -> None:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-y", "--no-install-recommends"]
    update, install = as_root([*command, "update"]), as_root([*command, "install", *packages])
    if update is None or install is None or not shutil.which("apt-get"):
        raise SetupError(
            f"Missing for {why}: {', '.join(packages)}. Please install them (as root: "
            f"apt-get install {' '.join(packages)}) and call again."
        )
    say(f"installing {', '.join(packages)} for {why}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_logged(update, "apt", env=environment)
    run_logged(install, "apt", env=environment)


def ensure_browser() -> None:
    """Chromium for tours and wkhtmltopdf for core's reports.

    Tours are skipped silently without a browser, which would make a green run a lie.
    """
    ensure_programs(
        {"chromium": "chromium", "wkhtmltopdf": "wkhtmltopdf"}, "browser tests and PDF documents"
    )
    started = subprocess.run(["chromium", "--version"], capture_output=True)
    if started.returncode:
        raise SetupError("Chromium is installed but does not start: browser tests cannot run.")
