"""The project's own conformance cases, and the runner that judges them."""

from pathlib import Path
from typing import Any

import pytest
from devenv import conformance_usage
from devenv.conformance import Outcome, Verdict, is_good, load_cases, report
from devenv.conformance_unit import KINDS, answer, run_unit

CASES = Path(__file__).parents[1] / "conformance" / "unit.json"
FLAT = {
    "id": "flat",
    "kind": "pricing",
    "input": {"model": "flat", "params": {"amount": "5.10"}, "quantity": "1"},
    "expected": {"amount": "5.10"},
}


def _answer(**changes: Any) -> Outcome:
    return answer({**FLAT, **changes})


def test_own_cases_pass() -> None:
    """All of them but those that wait for an addon."""
    outcomes = run_unit(CASES)
    bad = [o for o in outcomes if o.verdict not in {Verdict.PASSED, Verdict.SKIPPED}]
    assert not bad, report(bad)
    skipped = {outcome.kind for outcome in outcomes if outcome.verdict is Verdict.SKIPPED}
    assert skipped <= {"aggregation"}


def test_own_cases_cover_each_kind_and_have_names_of_their_own() -> None:
    cases = load_cases(CASES)
    assert {case["kind"] for case in cases} == set(KINDS)
    assert len({case["id"] for case in cases}) == len(cases)


def test_cases_can_be_chosen() -> None:
    assert [o.case for o in run_unit(CASES, ["pricing-package-zero"])] == ["pricing-package-zero"]
    assert run_unit(CASES, ["unknown"]) == []


@pytest.mark.parametrize("expected", ["5.1", "5.100"])
def test_amounts_are_compared_by_value(expected: str) -> None:
    assert _answer(expected={"amount": expected}).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "changes",
    [
        {"expected": {"amount": "5.11"}},
        {"expected": {"amount": "5.10", "steps": []}},
        {"expected": {}},
        {"expected": "5.10"},
        {"expected": {"amount": "five"}},
        {"kind": "unknown"},
        {"input": {}},
        {"input": {**FLAT["input"], "model": "unknown"}},
    ],
)
def test_what_differs_fails(changes: dict[str, Any]) -> None:
    """A case that cannot be read as well, with the reason."""
    outcome = _answer(**changes)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.detail


def test_a_refusal_is_no_pass() -> None:
    """It says which rule refused."""
    outcome = _answer(input={**FLAT["input"], "quantity": "-1"})
    assert outcome.verdict is Verdict.REFUSED
    assert "quantity_negative" in outcome.detail


def test_usage_without_its_addon_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance_usage, "MODULE", "odoo.addons.no_such_addon.core.aggregation")
    case = next(case for case in load_cases(CASES) if case["kind"] == "aggregation")
    assert answer(case).verdict is Verdict.SKIPPED


def test_report_names_what_did_not_pass_and_counts_kinds() -> None:
    outcomes = [
        Outcome("one", "pricing", Verdict.PASSED),
        Outcome("two", "pricing", Verdict.REFUSED, "too much"),
        Outcome("three", "periods", Verdict.FAILED, "a instead of b"),
    ]
    assert report(outcomes).splitlines() == [
        "REFUSED  two: too much",
        "FAILED   three: a instead of b",
        "pricing          2: 1 passed, 1 refused",
        "periods          1: 1 failed",
        "all              3: 1 passed, 1 failed, 1 refused",
    ]


@pytest.mark.parametrize(
    ("verdict", "good", "strictly_good"),
    [
        (Verdict.PASSED, True, True),
        (Verdict.REFUSED, True, False),
        (Verdict.SKIPPED, True, False),
        (Verdict.FAILED, False, False),
    ],
)
def test_what_turns_a_run_red(verdict: Verdict, good: bool, strictly_good: bool) -> None:
    outcomes = [Outcome("one", "pricing", verdict)]
    assert (is_good(outcomes), is_good(outcomes, strict=True)) == (good, strictly_good)
