"""What is proposed, in which order and how sure: the whole list, not only the first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.bank_statement_matching.core.matching import (
    MAX_BY_AMOUNT,
    MAX_PROPOSALS,
    Matcher,
    OpenItem,
    Payment,
)
from odoo.addons.bank_statement_matching.core.references import (
    find_creditor_references,
    find_numbers,
    is_strong,
)

EUR = Decimal
A = OpenItem((1,), EUR(100), 7, ("RE-100001",), ibans=("DE1",), name="Max Mustermann")
B = OpenItem((2,), EUR(50), 7, ("RE-100002",), ibans=("DE1",), name="Max Mustermann")
C = OpenItem((3,), EUR(100), 8, ("RE-100003",), ibans=("DE2",), name="Other GmbH")
SAME_NUMBER = OpenItem((4,), EUR(60), 8, ("RE-100001",))
WEAK = OpenItem((5,), EUR(33), 8, ("K-4711",))
BATCH = OpenItem((6, 7), EUR(300), batch_ids=("P1",), ibans=("DE9",))
LONE = OpenItem((8,), EUR(77), 0, ("RE-100008",))
ALL = (A, B, C, SAME_NUMBER, WEAK, BATCH, LONE)
Row = tuple[str, tuple[int, ...], int, int]


def propose(items: tuple[OpenItem, ...], **values: object) -> list[Row]:
    decision = Matcher(items).decide(Payment(**values))  # type: ignore[arg-type]
    assert decision.match is None
    return [(p.reason, p.keys, p.score, int(p.difference)) for p in decision.proposals]


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        # Two documents of one number: the exact one first, both shown.
        (
            {"amount": EUR(60), "text": "RE-100001"},
            [("number", (4,), 90, 0), ("number", (1,), 60, -40)],
        ),
        # Whose account it is says more than the amount.
        (
            {"amount": EUR(150), "iban": "DE1"},
            [("iban_sum", (1, 2), 85, 0), ("iban", (1,), 50, 50), ("iban", (2,), 50, 100)],
        ),
        ({"amount": EUR(7), "iban": "DE2"}, [("iban", (3,), 50, -93)]),
        # A part of a file is nobody's payment.
        ({"amount": EUR(299), "batch_id": "P1"}, [("batch", (6, 7), 75, -1)]),
        # A file is recognised by its reference, never by account and amount.
        ({"amount": EUR(300), "iban": "DE9"}, [("iban_amount", (6, 7), 80, 0)]),
        (
            {"amount": EUR(100), "name": "MUSTERMANN, max"},
            [("name_amount", (1,), 70, 0), ("name", (2,), 40, 50), ("amount", (3,), 30, 0)],
        ),
        (
            {"amount": EUR(100)},
            [("amount", (1,), 30, 0), ("amount", (3,), 30, 0)],
        ),
        # A short number decides with the right amount only.
        ({"amount": EUR(30), "text": "K 4711"}, [("number", (5,), 75, -3)]),
        # An item of nobody: any payer may be wrong.
        ({"amount": EUR(70), "text": "RE-100008"}, [("number", (8,), 75, -7)]),
        # Together wrong, one of them right.
        (
            {"amount": EUR(50), "text": "RE-100002 RE-100003"},
            [("numbers", (2, 3), 75, -100), ("number", (2,), 70, 0)],
        ),
        # One of several numbers belongs to two documents.
        (
            {"amount": EUR(210), "text": "RE-100001, RE-100002"},
            [("numbers", (1, 4, 2), 75, 0)],
        ),
        ({"amount": EUR(-100), "iban": "DE1", "name": "Max Mustermann"}, []),
        ({"amount": EUR(12)}, []),
    ],
)
def test_everything_that_is_proposed(payment: dict[str, object], expected: list[Row]) -> None:
    assert propose(ALL, **payment) == expected


def test_a_number_that_is_taken_is_not_among_several() -> None:
    matcher = Matcher((A, B))
    assert matcher.decide(Payment(EUR(100), text="RE-100001")).match
    match = matcher.decide(Payment(EUR(50), text="RE-100001 RE-100002")).match
    assert match
    assert (match.reason, match.keys, match.score) == ("number", (2,), 100)


@pytest.mark.parametrize(("count", "shown"), [(MAX_BY_AMOUNT, MAX_BY_AMOUNT), (4, 0)])
def test_many_of_one_amount_say_nothing(count: int, shown: int) -> None:
    items = tuple(OpenItem((key,), EUR(9)) for key in range(count))
    assert len(propose(items, amount=EUR(9))) == shown


def test_no_more_than_a_person_reads() -> None:
    items = tuple(OpenItem((key,), EUR(key + 1), 7, ibans=("DE1",)) for key in range(9))
    found = propose(items, amount=EUR(99), iban="DE1")
    assert [reason for reason, *_rest in found] == ["iban"] * MAX_PROPOSALS
    twice = (*items, OpenItem((10,), EUR(1), 7, ibans=("DE1",)))
    found = propose(twice, amount=EUR(1), iban="DE1")
    assert [reason for reason, *_rest in found] == ["iban_amount"] * 2 + ["iban"] * 2


def test_one_account_of_two_customers_is_an_account_of_both() -> None:
    shared = OpenItem((9,), EUR(10), 8, ("RE-100009",), ibans=("DE1",))
    match = Matcher((A, B, shared)).decide(Payment(EUR(5), text="RE-100009", iban="DE1")).match
    assert match
    assert match.keys == (9,)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(1, 60))
def test_whatever_is_proposed_is_sorted_open_and_says_the_difference(
    amounts: list[int], paid: int
) -> None:
    items = [
        OpenItem(
            (key,), EUR(value), key % 3 + 1, (f"RE-{100000 + key}",), ibans=("DE1",), name="X"
        )
        for key, value in enumerate(amounts)
    ]
    decision = Matcher(items).decide(Payment(EUR(paid), iban="DE1", name="X"))
    found = [decision.match] if decision.match else list(decision.proposals)
    assert len(found) <= MAX_PROPOSALS
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert len({p.keys for p in found}) == len(found)
    for proposal in found:
        assert proposal.difference == paid - sum(item.amount for item in proposal.items)


# === NUMBERS IN TEXTS === #


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RE100001", ["RE100001"]),
        ("xRE100001", []),
        ("1RE100001", ["RE100001"]),
        ("RE100001x", ["RE100001"]),
        ("RE1000012", []),
        ("RE 10 00 01", ["RE100001"]),
        ("RE100002, RE100001", ["RE100002", "RE100001"]),
        ("RE100001 und nochmal RE100001", ["RE100001"]),
        ("RE-100001RE-100002", ["RE100001", "RE100002"]),
        ("", []),
    ],
)
def test_numbers_in_their_order(text: str, expected: list[str]) -> None:
    assert find_numbers(text, {"RE100001", "RE100002"}, {8}) == expected


@pytest.mark.parametrize(
    ("number", "strong"),
    [("A12345", True), ("AB1234", True), ("ABC123", False), ("12345", False), ("123456", True)],
)
def test_numbers_that_decide(number: str, strong: bool) -> None:
    assert is_strong(number) is strong


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("1234", "1234", True),
        ("123", "123", False),
        # The digits alone, when there are enough of them.
        ("RE-12345", "12345", True),
        ("RE-1234", "1234", False),
        ("RE-1234", "re 1234", True),
    ],
)
def test_short_numbers(number: str, text: str, found: bool) -> None:
    match = (
        Matcher([OpenItem((1,), EUR(5), 7, (number,))]).decide(Payment(EUR(5), text=text)).match
    )
    assert bool(match and match.reason == "number") is found


def test_references_among_other_words() -> None:
    known = "RF18539007547034"
    assert find_creditor_references(f"{known} {known}") == [known]
    assert find_creditor_references(f"A{known}") == []
    assert find_creditor_references("RF18 5390 0754 7034 3.5. Danke fuer alles") == [known]
    # Eight groups of up to four characters are the longest there are.
    longest = "RF22 0000 0000 0000 0000 0000 0"
    spaced = next(
        text
        for check in range(2, 99)
        if find_creditor_references(text := f"RF{check:02} {longest[5:]}")
    )
    assert find_creditor_references(f"x {spaced}") == [spaced.replace(" ", "")]
