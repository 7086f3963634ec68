"""Texts: nothing a bank refuses comes out, nothing readable is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.sepa_debit.core.charset import Policy, convert
from odoo.addons.sepa_debit.core.remittance import TemplateError, check_template, fit, render


@pytest.mark.parametrize(
    ("text", "basic", "german"),
    [
        ("Größe", "Groesse", "Größe"),
        ("Müller", "Mueller", "Müller"),
        ("Mu\u0308ller", "Mueller", "Müller"),
        ("A & B", "A + B", "A & B"),
        ("François", "Francois", "Francois"),
        ("5 €", "5 EUR", "5 EUR"),
        ("a_b#c", "a-bNr.c", "a-bNr.c"),
        ("„Zum Löwen“", "'Zum Loewen'", "'Zum Löwen'"),
        ("Щорс", "Shtors", "Shtors"),
        ("a\u00a0\t b", "a b", "a b"),
        ("\u200b ", "", ""),
        ("漢", ".", "."),
    ],
)
def test_table(text, basic, german):
    assert convert(text, Policy.BASIC) == basic
    assert convert(text, Policy.GERMAN) == german


@given(st.text(max_size=80), st.sampled_from(Policy))
def test_only_what_the_bank_takes(text, policy):
    written = convert(text, policy)
    assert policy.characters.issuperset(written)
    assert convert(written, policy) == written


@pytest.mark.parametrize("template", ["{", "{0}", "{invoice!r}", "{invoice:>9}", "{x}"])
def test_refused_templates(template):
    with pytest.raises(TemplateError):
        check_template(template)


def test_length_counts_after_conversion():
    assert len(render("{customer}", {"customer": "ß" * 140}, Policy.GERMAN, 140)) == 140
    with pytest.raises(TemplateError, match="too_long"):
        render("{customer}", {"customer": "ß" * 140}, Policy.BASIC, 140)


@given(st.lists(st.text("AB1/", min_size=1, max_size=20), max_size=30))
def test_no_number_is_lost(numbers):
    texts = fit(numbers, 40)
    assert [number for text in texts for number in text] == numbers
    assert all(len(", ".join(text)) <= 40 for text in texts)
