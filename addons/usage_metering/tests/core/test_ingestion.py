"""Usage events, checked one by one."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.usage_metering.core.event_values import (
    MAX_PROPERTIES,
    Rejection,
    parse_quantity,
    parse_time,
)
from odoo.addons.usage_metering.core.ingestion import Target, parse_events

START, END, LATEST = datetime(2026, 1, 1), datetime(2026, 7, 1), datetime(2026, 6, 1)
TARGETS = {
    ("SUB1", "calls"): Target(7, 3, START, END),
    (7, "calls"): Target(7, 3, START, END),
    ("SUB2", "calls"): Target(8, 3, START, latest_at=datetime(2026, 8, 1)),
    ("SUB3", "calls"): Rejection("contract_unknown", "contract", contract="SUB3"),
}
GOOD = {"key": "a", "contract": "SUB1", "meter": "calls", "at": "2026-02-01T10:00:00Z"}
PARTS = ("nr", "contract", "meter", "at", "quantity", "value", "properties", "key")


def parse(*events):
    return parse_events(events, range(len(events)), TARGETS, LATEST)


def row_of(**changes):
    """The row of an event as a dict, COPY's escapes undone."""
    batch = parse({**GOOD, **changes})
    assert not batch.rejected, batch.rejected[0]
    cells = batch.rows[0].removesuffix("\n").split("\t")
    return {
        name: None if cell == "\\N" else cell.replace("\\\\", "\\")
        for name, cell in zip(PARTS, cells, strict=True)
    }


def reason_of(event):
    batch = parse(event)
    assert not batch.rows
    return str(batch.rejected[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-01T10:00:00Z", "2026-02-01T10:00:00"),
        ("2026-02-01T10:00:00.123Z", "2026-02-01T10:00:00.123"),
        ("2026-02-01T10:00:00.123456Z", "2026-02-01T10:00:00.123456"),
        ("2026-02-01T10:00:00.123456789Z", "2026-02-01 10:00:00.123456"),
        ("2026-02-01T10:00:00.5z", "2026-02-01 10:00:00.500000"),
        ("2026-02-01t10:00:00,5", "2026-02-01 10:00:00.500000"),
        ("2026-02-01 10:00", "2026-02-01 10:00:00"),
        ("2026-02-01T10:00:00+01:00", "2026-02-01 09:00:00"),
        ("2026-02-01T10:00:00-0530", "2026-02-01 15:30:00"),
        (datetime(2026, 2, 1, 10), "2026-02-01 10:00:00"),
        (datetime(2026, 2, 1, 10, tzinfo=timezone(timedelta(hours=2))), "2026-02-01 08:00:00"),
    ],
)
def test_times(text, expected):
    assert row_of(at=text)["at"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-02-01", "2026-02-30T10:00:00Z", "2026-02-01T25:00:00Z",
        "20260201T100000Z",
        "2026-W05-1T10:00:00Z", "2026-02-01T10:00:00+24:00", "2026-02-01T10:00Z+01:00",
        "2026-02-01T10:00:00.1+0130Z", "2026-02-01T10.5Z", "2026-02-01T10:00:00 Z",
        "٢٠٢٦-02-01T10:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00",
        "2026-02-01T10:00:00Z\n",
    ],
)  # fmt: skip
def test_what_is_no_time(text):
    assert reason_of({**GOOD, "at": text}) == "time_invalid at"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"at": "2025-12-31T23:59:59Z"}, "time_before_contract at limit=2026-01-01 00:00:00"),
        ({"at": "2026-07-01T00:00:00Z"}, "time_after_contract at limit=2026-07-01 00:00:00"),
        ({"at": "2026-06-01T00:00:01Z"}, "time_in_future at"),
        ({"at": "2026-08-01T00:00:01Z", "contract": "SUB2"}, "time_in_future at"),
        ({"at": 1769940000}, "wrong_type at"),
        ({"at": None}, "missing at"),
        ({"contract": "SUB3"}, "contract_unknown contract contract=SUB3"),
        ({"contract": None}, "wrong_type contract"),
        ({"contract": True}, "wrong_type contract"),
        ({"contract": 7.0}, "wrong_type contract"),
        ({"contract": ["SUB1"]}, "wrong_type contract"),
        ({"contract": "S" * 1_000_000}, "contract_unknown contract contract=" + "S" * 59 + "…"),
        ({"meter": 3}, "wrong_type meter"),
        ({"meter": {}}, "wrong_type meter"),
        ({"meter": "m" * 256}, "meter_unknown meter meter=" + "m" * 59 + "…"),
        ({"key": ""}, "key_invalid key"),
        ({"key": "a\tb"}, "key_invalid key"),
        ({"key": "a\x00"}, "key_invalid key"),
        ({"key": "\ud800"}, "key_invalid key"),
        ({"key": "k" * 256}, "key_invalid key"),
        ({"key": 5}, "wrong_type key"),
        ({"key": None}, "missing key"),
        ({"quantity": None}, "wrong_type quantity"),
        ({"quantity": True}, "wrong_type quantity"),
        ({"quantity": [1]}, "wrong_type quantity"),
        ({"quantity": ""}, "quantity_invalid quantity"),
        ({"quantity": "1e5"}, "quantity_invalid quantity"),
        ({"quantity": "1,5"}, "quantity_invalid quantity"),
        ({"quantity": "NaN"}, "quantity_invalid quantity"),
        ({"quantity": "٣"}, "quantity_invalid quantity"),
        ({"quantity": float("inf")}, "quantity_invalid quantity"),
        ({"quantity": float("nan")}, "quantity_invalid quantity"),
        ({"quantity": 1e300}, "quantity_invalid quantity"),
        ({"quantity": 10**18}, "quantity_invalid quantity"),
        ({"quantity": Decimal("1e999999")}, "quantity_invalid quantity"),
        ({"quantity": Decimal("sNaN")}, "quantity_invalid quantity"),
        ({"value": 1.5}, "wrong_type value"),
        ({"value": "v" * 256}, "value_invalid value"),
        ({"value": "a\nb"}, "value_invalid value"),
        ({"properties": []}, "wrong_type properties"),
        ({"properties": "{}"}, "wrong_type properties"),
        ({"properties": {"a": float("nan")}}, "properties_invalid properties"),
        ({"properties": {"a": "\x00"}}, "properties_invalid properties"),
        ({"properties": {"a\x00": 1}}, "properties_invalid properties"),
        ({"properties": {"a": "\ud800"}}, "properties_invalid properties"),
        ({"properties": {"a": {1, 2}}}, "properties_invalid properties"),
        ({"properties": {"a": "x" * 1_000_000}},
         f"properties_too_large properties size=1000008, limit={MAX_PROPERTIES}"),
        ({"replaces": "a"}, "replaces_itself replaces"),
        ({"replaces": 5}, "wrong_type replaces"),
        ({"replaces": ""}, "key_invalid replaces"),
        ({"amount": 5}, "unknown_field amount"),
        ({5: 5}, "unknown_field 5"),
    ],
)  # fmt: skip
def test_rejected(changes, reason):
    assert reason_of({**GOOD, **changes}) == reason


@pytest.mark.parametrize("event", [None, 5, "text", [], [GOOD], (), object()])
def test_not_an_object(event):
    assert reason_of(event) == "not_an_object"


@pytest.mark.parametrize("name", ["key", "contract", "meter", "at"])
def test_missing(name):
    assert reason_of({k: v for k, v in GOOD.items() if k != name}) == f"missing {name}"


def test_deep_properties_are_no_crash():
    deep: object = 1
    for _level in range(5000):
        deep = [deep]
    assert reason_of({**GOOD, "properties": {"a": deep}}) in {
        "properties_invalid properties",
        f"properties_too_large properties size=10007, limit={MAX_PROPERTIES}",
    }


def test_an_escaped_backslash_is_no_null_character():
    assert json.loads(row_of(properties={"a": "\\u0000"})["properties"]) == {"a": "\\u0000"}


def test_a_clock_of_the_customer_replaces_the_limit():
    assert row_of(contract="SUB2", at="2026-08-01T00:00:00Z")["contract"] == "8"


def test_bounds_are_half_open():
    assert row_of(at=START)["at"] == "2026-01-01 00:00:00"
    assert row_of(at=LATEST)["at"] == "2026-06-01 00:00:00"


def test_bad_ones_harm_nobody_and_the_first_of_a_key_wins():
    batch = parse(GOOD, None, {**GOOD, "key": "b"}, {**GOOD, "quantity": 2}, {**GOOD, "at": "x"})
    assert [row[0] for row in batch.rows] == ["0", "2"]
    assert (batch.keys, batch.repeated) == ({"a": 0, "b": 2}, [3])
    assert set(batch.rejected) == {1, 4}


def test_a_rejected_event_does_not_take_its_key():
    batch = parse({**GOOD, "quantity": "x"}, GOOD)
    assert batch.keys == {"a": 1}


def test_unknown_pairs_are_asked_for():
    other = {**GOOD, "meter": "other"}
    batch = parse(GOOD, other, {**other, "contract": 12})
    assert batch.unknown == {("SUB1", "other"), (12, "other")}


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=255)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)  # fmt: skip


@given(key=TEXT, value=TEXT, properties=st.dictionaries(TEXT, JSON, min_size=1, max_size=3))
def test_texts_survive(key, value, properties):
    try:
        row = row_of(key=key, value=value, properties=properties)
    except AssertionError as error:
        reason = str(error.args[0])
        assert "\x00" in repr(properties) or "\\x00" in repr(properties) or "large" in reason
        return
    assert (row["key"], row["value"]) == (key, value)
    assert json.loads(row["properties"]) == properties


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17,
                places=12)
)  # fmt: skip
def test_quantities_are_exact(number):
    assert Decimal(parse_quantity(number)) == number
    assert Decimal(parse_quantity(f"{number:f}")) == number


@given(st.floats(min_value=1e-9, max_value=1e17))
def test_floats_count_as_they_are_written(number):
    assert float(parse_quantity(number)) == number


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_offsets_are_taken_off(moment, minutes, precision):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = aware.isoformat(timespec=precision)
    expected = datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)
    assert parse_time(text) == expected


@given(st.text(max_size=40) | st.binary() | st.floats() | st.integers() | st.none())
def test_anything_is_answered(thing):
    for name in ("key", "contract", "meter", "at", "quantity", "value", "properties", "replaces"):
        batch = parse({**GOOD, name: thing})
        assert len(batch.rows) + len(batch.rejected) + len(batch.unknown) == 1
        assert all(row.count("\n") == 1 and row.count("\t") == 7 for row in batch.rows)
