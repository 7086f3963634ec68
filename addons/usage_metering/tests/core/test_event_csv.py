"""Usage events in CSV files."""

import pytest

from odoo.addons.usage_metering.core.event_csv import FileProblem, read_events

HEADER = "key,contract,meter,at,quantity,region\n"


def read(text, **options):
    content = text if isinstance(text, bytes) else text.encode()
    return [
        (row.line, row.event, row.problem and str(row.problem))
        for row in read_events(content, **options)
    ]


def test_columns_and_properties():
    assert read(HEADER + "a,SUB1,calls,2026-01-01T00:00:00Z,2.5,eu\n\nb,SUB1,calls,x\n") == [
        (2, {"key": "a", "contract": "SUB1", "meter": "calls", "at": "2026-01-01T00:00:00Z",
             "quantity": "2.5", "properties": {"region": "eu"}}, None),
        (4, {"key": "b", "contract": "SUB1", "meter": "calls", "at": "x"}, None),
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_dialects(separator, mark, end):
    text = end.join([HEADER.strip(), "ä,SUB1,calls,2026,1,", ""]).replace(",", separator)
    [(line, event, problem)] = read(mark + text.encode())
    assert (line, event["key"], problem) == (2, "ä", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234,5", "1234.5"), ("-1.234.567", "-1234567"), ("12,50", "12.50"), ("7", "7"),
     ("1.5", None), ("1,2,3", None), ("1234.567,0", None)],
)  # fmt: skip
def test_decimal_comma(text, expected):
    [(_line, event, problem)] = read(
        HEADER.replace(",", ";") + f"a;s;m;t;{text};\n", decimal_comma=True
    )
    assert (None if problem else event["quantity"]) == expected


def test_a_comma_is_no_point_unless_said_so():
    [(_line, event, _problem)] = read(HEADER.replace(",", ";") + "a;s;m;t;1,5;\n")
    assert event["quantity"] == "1,5"


@pytest.mark.parametrize(
    ("content", "code", "columns"),
    [
        (b"", "empty", ()),
        (b",,\n", "empty", ()),
        (b"\xff\xfe", "encoding", ()),
        (b"key,contract\n", "columns", ("meter", "at")),
        (b"key,contract,meter,at,KEY\n", "repeated", ("key",)),
        (b"key,contract,meter,at,a,a\n", "repeated", ("a",)),
    ],
)
def test_files_that_cannot_be_read(content, code, columns):
    with pytest.raises(FileProblem) as caught:
        read(content)
    assert (caught.value.code, caught.value.columns) == (code, columns)


def test_a_bad_line_harms_no_other():
    rows = read(
        HEADER + "a,s,m,t,1,eu,more\nb,s,m,t,1,eu,\n" + f"c,s,m,t,1,{'x' * 200000}\nd,s,m,t\n"
    )
    assert [(line, event.get("key"), problem) for line, event, problem in rows] == [
        (2, "a", "row_too_long"),
        (3, "b", None),
        (4, None, "row_unreadable"),
        (5, "d", None),
    ]


def test_lines_of_long_cells_are_counted():
    rows = read(HEADER + 'a,s,m,t,1,"two\nlines"\nb,s,m,t\n')
    assert [row[0] for row in rows] == [2, 4]
