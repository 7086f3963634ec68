"""Running Odoo's own command line inside the environment."""

from __future__ import annotations

import configparser
import os
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import debian, virtualenv
from .paths import ADDONS, CACHE, ROOT
from .postgres import Server
from .shell import run_logged

CONFIG = CACHE / "odoo.conf"


def release_file() -> Path:
    return debian.odoo_path() / "odoo" / "release.py"


def environ(server: Server) -> dict[str, str]:
    """Environment in which ``python -m odoo`` finds packages, settings and server."""
    return {
        **os.environ,
        **server.environ(),
        "PYTHONPATH": str(debian.odoo_path()),
        "PATH": f"{virtualenv.HOME / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "ODOO_RC": str(_write_config(server)),
    }


def _write_config(server: Server) -> Path:
    """The project's odoo.conf, completed with what depends on this checkout."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "odoo.conf")
    if not parser.has_section("options"):
        parser.add_section("options")
    own = {
        "addons_path": ",".join(str(path) for path in [*debian.core_addons(), ADDONS]),
        "data_dir": str(CACHE / "data"),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_password": server.password,
    }
    for key, value in own.items():
        if value:
            parser.set("options", key, value)
        else:
            parser.remove_option("options", key)
    # A file of its own, readable by its owner alone: test jobs are threads of one process.
    with tempfile.NamedTemporaryFile("w", dir=CACHE, prefix="odoo.conf.", delete=False) as out:
        parser.write(out)
    Path(out.name).replace(CONFIG)
    return CONFIG


def command(*arguments: str) -> list[str]:
    return [str(virtualenv.PYTHON), "-m", "odoo", *arguments]


def install(server: Server, database: str, modules: list[str], language: str) -> None:
    """Install modules and pre-compute the asset bundles, so that copies need not."""
    environment = environ(server)
    run_logged(
        command("-d", database, "-i", ",".join(modules), f"--load-language={language}",
                "--stop-after-init", "--no-http", "--max-cron-threads=0"),
        "install", env=environment,
    )  # fmt: skip
    shell(server, database, "pregenerate_assets.py")


def shell(
    server: Server, database: str, script: str | Path, given: Mapping[str, str] | None = None
) -> None:
    """Run a script in Odoo's shell: a file beside this module, or any path.

    :param given: what the script reads from its environment
    """
    path = Path(__file__).parent / script
    with path.open() as source:
        run_logged(
            command("shell", "-d", database, "--no-http"),
            path.stem,
            env=environ(server) | dict(given or {}),
            stdin=source,
        )


def wake_cron(server: Server, database: str) -> None:
    """Have a running Odoo look at its cron jobs now instead of within a minute."""
    server.query("postgres", f"NOTIFY cron_trigger, '{database}'")


def free_port(preferred: int = 0) -> int:
    """A free TCP port on loopback, the preferred one if it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no free port")


def call(server: Server, *arguments: str) -> int:
    """Run Odoo in the foreground and return its exit code."""
    return subprocess.call(command(*arguments), env=environ(server))
