"""Decisions as tables: what is certain, what is only proposed, and never a guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.bank_statement_matching.core.matching import Matcher, OpenItem, Payment
from odoo.addons.bank_statement_matching.core.references import (
    creditor_reference,
    find_creditor_references,
    find_numbers,
    normalise,
)

EUR = Decimal
A = OpenItem((1,), EUR(100), 7, ("INV/2026/00012",), ibans=("DE1",), name="Max Mustermann")
B = OpenItem((2,), EUR(50), 7, ("INV/2026/00013",), ibans=("DE1",), name="Max Mustermann")
C = OpenItem((3,), EUR(100), 8, ("INV/2026/00014",), ibans=("DE2",), name="Other GmbH")
REF = OpenItem((4,), EUR(30), 9, ("RF18 5390 0754 7034",))
DEBIT = OpenItem(
    (5,), EUR(20), 9, ("INV/2026/00020",), end_to_end_ids=("E5",), mandate_ids=("M5",)
)
BATCH = OpenItem((6, 7, 8), EUR(300), batch_ids=("P1",))
REFUND = OpenItem((9,), EUR(-40), 7, ("RINV/2026/00001",), ibans=("DE1",))
ALL = (A, B, C, REF, DEBIT, BATCH, REFUND)


def decide(**values: object) -> tuple[str, tuple[int, ...]] | None:
    match = Matcher(ALL).decide(Payment(**values)).match  # type: ignore[arg-type]
    return match and (match.reason, match.keys)


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ({"amount": EUR(300), "batch_id": "P1"}, ("batch", (6, 7, 8))),
        ({"amount": EUR(299), "batch_id": "P1"}, None),
        ({"amount": EUR(20), "end_to_end_id": "E5"}, ("end_to_end", (5,))),
        ({"amount": EUR(20), "end_to_end_id": "NOTPROVIDED"}, None),
        ({"amount": EUR(-20), "end_to_end_id": "E5"}, None),
        ({"amount": EUR(20), "mandate_id": "M5"}, ("mandate", (5,))),
        ({"amount": EUR(21), "mandate_id": "M5"}, None),
        (
            {"amount": EUR("20"), "mandate_id": "M5", "original_amount": EUR(20)},
            ("mandate", (5,)),
        ),
        ({"amount": EUR(30), "reference": "RF18539007547034"}, ("reference", (4,))),
        ({"amount": EUR(30), "text": "thanks RF18 5390 0754 7034"}, ("reference", (4,))),
        ({"amount": EUR(30), "reference": "RF19539007547034"}, None),
        ({"amount": EUR(100), "text": "inv 2026-00012"}, ("number", (1,))),
        ({"amount": EUR(100), "text": "Rechnung 2026/00012 vom 3.1."}, ("number", (1,))),
        ({"amount": EUR(60), "text": "INV/2026/00012"}, ("number", (1,))),
        ({"amount": EUR(160), "text": "INV/2026/00012"}, ("number", (1,))),
        # The account of somebody else: only the exact amount is plain.
        ({"amount": EUR(60), "text": "INV/2026/00012", "iban": "DE2"}, None),
        ({"amount": EUR(100), "text": "INV/2026/00012", "iban": "DE2"}, ("number", (1,))),
        ({"amount": EUR(100), "text": "INV/2026/000123"}, None),
        ({"amount": EUR(150), "text": "INV/2026/00012, INV/2026/00013"}, ("numbers", (1, 2))),
        ({"amount": EUR(140), "text": "INV/2026/00012, INV/2026/00013"}, None),
        # Together right, but of two customers.
        ({"amount": EUR(200), "text": "INV/2026/00012 INV/2026/00014"}, None),
        ({"amount": EUR(100), "iban": "DE1"}, ("iban_amount", (1,))),
        ({"amount": EUR(99), "iban": "DE1"}, None),
        ({"amount": EUR(100)}, None),
        ({"amount": EUR(100), "name": "Mustermann, Max"}, None),
        ({"amount": EUR(-40), "text": "RINV/2026/00001"}, ("number", (9,))),
        ({"amount": EUR(-40), "iban": "DE1"}, ("iban_amount", (9,))),
        ({"amount": EUR(40), "iban": "DE1", "text": "RINV/2026/00001"}, None),
    ],
)
def test_what_is_certain(
    payment: dict[str, object], expected: tuple[str, tuple[int, ...]] | None
) -> None:
    assert decide(**payment) == expected


def test_two_that_fit_are_proposed() -> None:
    twin = OpenItem((10,), EUR(100), 7, ("X/1",), ibans=("DE1",))
    decision = Matcher((A, twin)).decide(Payment(EUR(100), iban="DE1"))
    assert decision.match is None
    assert {proposal.keys for proposal in decision.proposals} >= {(1,), (10,)}


def test_number_of_two_documents_is_proposed() -> None:
    twin = OpenItem((10,), EUR(100), 8, ("INV/2026/00012",))
    decision = Matcher((A, twin)).decide(Payment(EUR(100), text="INV/2026/00012"))
    assert decision.match is None
    assert len(decision.proposals) == 2


def test_same_end_to_end_id_twice_is_proposed() -> None:
    twin = OpenItem((10,), EUR(20), 8, ("X",), end_to_end_ids=("E5",))
    assert Matcher((DEBIT, twin)).decide(Payment(EUR(20), end_to_end_id="E5")).match is None


def test_paid_twice() -> None:
    matcher = Matcher((A,))
    payment = Payment(EUR(100), text="INV/2026/00012", iban="DE1")
    assert matcher.decide(payment).match
    assert matcher.decide(payment).match is None


def test_proposals_say_why_and_what_is_left() -> None:
    [first, *_rest] = Matcher(ALL).decide(Payment(EUR(150), iban="DE1")).proposals
    assert (first.reason, first.keys, first.difference) == ("iban_sum", (1, 2), 0)
    [name, *_more] = Matcher(ALL).decide(Payment(EUR(99), name="other GMBH")).proposals
    assert (name.reason, name.keys, name.difference) == ("name", (3,), EUR(-1))


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(-9, 9),
    st.integers(0, 3),
)
def test_an_amount_never_decides_between_two(
    rows: list[tuple[int, int]], amount: int, owner: int
) -> None:
    items = [
        OpenItem((key,), EUR(value), partner + 1, (), ibans=(f"DE{partner}",))
        for key, (value, partner) in enumerate(rows)
    ]
    decision = Matcher(items).decide(Payment(EUR(amount), iban=f"DE{owner}"))
    fitting = [item for item in items if item.amount == amount and f"DE{owner}" in item.ibans]
    assert (decision.match is not None) == (len(fitting) == 1)


@given(
    st.text("ABC0123456789", min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20)
)
def test_a_number_is_found_between_separators(number: str, before: str, after: str) -> None:
    assert number in find_numbers(f"{before} | {number} | {after}", {number}, {len(number)}) or (
        # Overlapped by the same characters beginning earlier.
        normalise(f"{before}{number}{after}").count(number) > 1
    )


@given(st.from_regex(r"\A[A-Z0-9]{1,21}\Z"))
def test_check_digits_of_references(body: str) -> None:
    digits = "".join(str(int(char, 36)) for char in body + "RF00")
    reference = f"RF{98 - int(digits) % 97:02}{body}"
    assert creditor_reference(reference.lower()) == reference
    assert find_creditor_references(f"pay {reference} now") == [reference]
    wrong = f"RF{(98 - int(digits) % 97 + 1) % 97:02}{body}"
    assert creditor_reference(wrong) == ""
