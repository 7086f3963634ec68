"""Statements that others published, where they are: ``STATEMENT_SAMPLES`` names the folder."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.bank_statement_matching.core import detect, returns
from odoo.addons.bank_statement_matching.core.records import StatementError

SAMPLES = Path(os.environ.get("STATEMENT_SAMPLES", "samples"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="samples are not here")

# Name -> per statement the sum of its entries, and whether the balances prove it.
# ``None``: the file gives no two balances, so there is nothing to prove.
READ: dict[str, list[tuple[str, bool | None]]] = {
    "camt/camt052.v8.xml": [("-200000.00", None)],
    "camt/camt053.v2.minimal.xml": [("8.85", None)],
    "camt/camt053.v2.multi.statement.xml": [("8.85", True), ("-7.00", True)],
    "camt/camt053.v4.xml": [("8.85", None)],
    "camt/camt053.v8.xml": [("8.85", None)],
    "camt/camt054.v8.xml": [("-200000.00", None)],
    "mt940/cmxl_deutsche_bank.txt": [("87.30", True), ("2200.00", True), ("10040.00", True)],
    "mt940/jejik_sparkasse.txt": [("-20.00", True), ("-20.00", True)],
    "mt940/sparkasse_csv_camt_v2_sample.csv": [("-26.96", None)],
    "mt940/volksbankenraiffeisenbanken.txt": [
        (amount, True)
        for amount in ("145.00", "80.00", "120.00", "190.00", "65.00", "50.00", "40.00", "55.00")
    ],
}

# Made by hand or cut down by who published them: the difference stands in the files themselves.
# Booking them would be booking something wrong, so each is refused whole.
REFUSED: dict[str, tuple[list[str], str, str]] = {
    # 18.150 + 8.850 is 27.000, the closing balance says 27.050.
    "camt/camt053.v2.five.decimals.xml": (["sum"], "0.05", ""),
    # 1000.41 to 1000.94 with one debit of 15.50.
    "camt/camt053__failed_debit_with_charges_02.xml": (["sum"], "16.03", ""),
    "camt/camt053__failed_debit_with_charges_08.xml": (["sum"], "16.03", ""),
    # An entry in EUR on an account in CHF (its TxAmt says CHF 19.69), and entries left out.
    "camt/camt053__valid_example_v8.xml": (["currency", "sum"], "1251.02", "EUR"),
    # TxsSummry counts 35 entries, 3 are in the file.
    "camt/camt053__valid_example_with_batch.xml": (["sum"], "12774.14", ""),
    # 0.00 to 0.00 with one debit of 12.35.
    "mt940/jejik_deutschebank.txt": (["sum"], "12.35", ""),
}
WITH_RETURNS = {
    "camt/camt053__failed_debit_with_charges_02.xml": (Decimal("10.00"), Decimal("5.50")),
    "camt/camt053__failed_debit_with_charges_08.xml": (Decimal("10.00"), Decimal("5.50")),
    "mt940/jejik_deutschebank.txt": (Decimal("11.85"), Decimal("0.50")),
}


def test_every_sample_is_in_a_table() -> None:
    files = [*SAMPLES.glob("camt/camt*"), *SAMPLES.glob("mt940/*")]
    names = {str(path.relative_to(SAMPLES)) for path in files}
    assert names == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_sums_are_proved(name: str) -> None:
    _kind, statements = detect.read((SAMPLES / name).read_bytes())
    found = []
    for statement in statements:
        assert not statement.problems
        total = sum((entry.amount for entry in statement.entries), Decimal(0))
        has_both = None not in (statement.opening, statement.closing)
        found.append((str(total), statement.is_proved if has_both else None))
    assert found == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_sums_that_the_file_itself_disproves(name: str) -> None:
    codes, difference, other = REFUSED[name]
    _kind, [statement] = detect.read((SAMPLES / name).read_bytes())
    problems = {problem.code: problem.data for problem in statement.problems}
    assert sorted(problems) == codes
    assert abs(Decimal(problems["sum"]["difference"])) == Decimal(difference)
    assert not other or problems["currency"]["others"] == [other]


def test_returns_of_the_samples() -> None:
    found = {}
    for name in READ.keys() | REFUSED.keys():
        _kind, statements = detect.read((SAMPLES / name).read_bytes())
        items = [
            item
            for statement in statements
            for entry in statement.entries
            for item in returns.classify(entry)
        ]
        if items:
            [item] = items
            assert not item.problems
            found[name] = (item.original_amount, item.charges)
    assert found == WITH_RETURNS


def test_a_status_report_is_no_statement() -> None:
    content = (SAMPLES / "camt/pain002__valid_example_001.10.xml").read_bytes()
    with pytest.raises(StatementError) as error:
        detect.read(content)
    assert error.value.code == "no_statement"
