"""The project's own billing cases, single rules and whole contracts, pass."""

from __future__ import annotations

import subprocess

from devenv.paths import ROOT


def test_own_cases_pass() -> None:
    result = subprocess.run(
        [str(ROOT / "scripts/conformance"), str(ROOT / "tests/conformance")],
        capture_output=True,
        text=True,
    )
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "scenario" in result.stdout
    assert "REFUSED" not in result.stdout
