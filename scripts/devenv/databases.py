"""Databases made once and copied: initialised templates, keyed by what went into them.

Two layers: ``core_<key>`` has Odoo's own modules the suite depends on, ``suite_<key>`` in
addition the suite. A change in an addon rebuilds only the second.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import odoo
from .paths import ADDONS, CACHE
from .postgres import Server
from .shell import digest, locked, say
from .virtualenv import REQUIREMENTS

DATA_DIR = CACHE / "data"
FILESTORE = DATA_DIR / "filestore"
LANGUAGE = "en_US,de_DE"
# What the tests need of Odoo beyond the dependencies of the addons.
TEST_MODULES = {"l10n_de", "payment_demo", "account_edi_ubl_cii"}
NOT_IN_DATABASE = {"tests", "readme", "__pycache__", "examples"}


def manifests() -> dict[str, dict[str, Any]]:
    """Manifest of every addon of the suite by name."""
    return {
        path.parent.name: ast.literal_eval(path.read_text())
        for path in sorted(ADDONS.glob("*/__manifest__.py"))
    }


def core_modules() -> set[str]:
    """Odoo's modules the suite depends on."""
    own = manifests()
    depends = {name for manifest in own.values() for name in manifest.get("depends", ())}
    return (depends | TEST_MODULES) - own.keys()


def _core_key() -> str:
    release = odoo.release_file()
    return digest([*REQUIREMENTS, release], *sorted(core_modules()), LANGUAGE)


def _sources() -> Iterable[Path]:
    """Files of the addons that leave a trace in a database."""
    for path in sorted(ADDONS.rglob("*")):
        inside = path.relative_to(ADDONS).parts[1:-1]
        if path.is_file() and not NOT_IN_DATABASE & set(inside):
            yield path


def _suite_key() -> str:
    names = "\n".join(str(path.relative_to(ADDONS)) for path in _sources())
    return digest(_sources(), _core_key(), names)


def core_template(server: Server) -> str:
    """The template with Odoo's modules only, made when missing."""
    return _template(server, "core", _core_key(), [], sorted(core_modules()))


def suite_template(server: Server) -> str:
    """The template with the whole suite, made when missing."""
    with locked("templates"):
        core = core_template(server)
        return _template(server, "suite", _suite_key(), [core], sorted(manifests()))


def _template(server: Server, layer: str, key: str, parents: list[str], modules: list[str]) -> str:
    name = f"{layer}_{key}"
    if exists(server, name):
        return name
    for old in _names(server, layer):
        drop(server, old)
    say(f"building the {layer} database ({len(modules)} modules, once per change)")
    building = f"{layer}_building"
    drop(server, building)
    if parents:
        copy(server, parents[0], building)
    else:
        server.client("createdb", "-T", "template0", "-E", "UTF8", "--lc-collate=C", building)
    odoo.install(server, building, modules, LANGUAGE)
    server.client(
        "psql", "-q", "-d", "postgres", "-c", f"ALTER DATABASE {building} RENAME TO {name}"
    )
    (FILESTORE / building).rename(FILESTORE / name)
    return name


def _names(server: Server, layer: str) -> list[str]:
    rows = server.query("postgres", "SELECT datname FROM pg_database ORDER BY 1")
    return [name for (name,) in rows if name.startswith(f"{layer}_")]


def exists(server: Server, name: str) -> bool:
    found = server.query("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    return bool(found)


def drop(server: Server, name: str, data_dir: Path = DATA_DIR) -> None:
    server.client("dropdb", "--if-exists", "--force", name)
    shutil.rmtree(data_dir / "filestore" / name, ignore_errors=True)


def copy(server: Server, source: str, name: str, data_dir: Path = DATA_DIR) -> None:
    """A database of its own from a template: rows, files and a new identity.

    Files are hard-linked: Odoo writes a file under the name of its contents and never again.
    """
    server.client("createdb", "-T", source, name)
    target = data_dir / "filestore" / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-al", str(FILESTORE / source), str(target)], check=True)
    server.client(
        "psql", "-q", "-d", name, "-c",
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
        "WHERE key IN ('database.uuid', 'database.secret')",
    )  # fmt: skip
