"""What a manifest lists exists, and what exists is listed."""

from collections.abc import Iterator
from pathlib import Path

from .base import Addon, Finding, find_addons

LOADED_FOLDERS = ("views", "data", "security", "report", "reports", "wizard", "wizards", "demo")
SERIES = "19.0."


def check(root: Path) -> list[Finding]:
    """Missing files, forgotten files, and versions of another series."""
    return [finding for addon in find_addons(root).values() for finding in _check_addon(addon)]


def _check_addon(addon: Addon) -> Iterator[Finding]:
    manifest = addon.manifest
    path = addon.path / "__manifest__.py"
    if not str(manifest.get("version", "")).startswith(SERIES):
        yield addon.finding(path, 1, f"the version must start with {SERIES}")
    listed = [*manifest.get("data", []), *manifest.get("demo", [])]
    for name in listed:
        if not (addon.path / name).is_file():
            yield addon.finding(path, 1, f"lists {name}, which does not exist")
    for name in _asset_patterns(manifest):
        inner = name.removeprefix(f"{addon.name}/")
        if inner != name and not any(addon.path.glob(inner)):
            yield addon.finding(path, 1, f"lists asset {name}, which matches no file")
    for folder in LOADED_FOLDERS:
        for file in addon.files(".xml", ".csv", below=folder):
            if file.relative_to(addon.path).as_posix() not in listed:
                yield addon.finding(file, 1, "not listed in the manifest: never loaded")


def _asset_patterns(manifest: dict[str, object]) -> Iterator[str]:
    assets = manifest.get("assets", {})
    for entries in assets.values() if isinstance(assets, dict) else ():
        for entry in entries:
            # ("include", bundle), ("remove", file), ("before", target, file), ...
            name = entry if isinstance(entry, str) else entry[-1]
            if isinstance(entry, str) or entry[0] not in {"include", "remove"}:
                yield name.lstrip("/")
