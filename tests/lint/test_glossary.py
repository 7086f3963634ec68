import pytest
from lint_checks import glossary

PAGE = "#: model_terms:ir.ui.view,arch_db:sepa_debit.portal_my_mandates\n"
SCREEN = "#: model_terms:ir.ui.view,arch_db:sepa_debit.view_mandate_form\n"
TEMPLATE = '<odoo><template id="portal_my_mandates"/></odoo>'


def messages(project, msgid, msgstr, place=SCREEN, addon="sepa_debit"):
    po = f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n{place}'
    po += f'msgid "{msgid}"\nmsgstr "{msgstr}"\n'
    root = project({"i18n/de.po": po, "views/portal.xml": TEMPLATE}, addon)
    return [finding.message for finding in glossary.check(root) if addon in finding.path]


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Subscriptions", "Abo-Verträge"),
        ("Subscription of %s", "Vertrag von %s"),
        ("Invoice date", "Rechnungsdatum"),
        ("Direct debits to collect", "Einzuziehende Lastschriften"),
        ("Credit note", "Rechnungskorrektur"),
        ("Balance", "Saldo"),
        ("Plane", "Flugzeug"),
        ("Export the industrial zone", "Industriegebiet exportieren"),
    ],
)
def test_words_of_the_glossary_pass(project, msgid, msgstr):
    assert not messages(project, msgid, msgstr)


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Subscriptions", "Laborverhältnisse"),
        ("Credit note", "Gutschrift"),
        ("Due date", "Rechnungsdatum"),
        ("Plan of the customer", "Plan des Kunden"),
        ("Your account", "Dein Konto"),
        ("Do you agree?", "Stimmst du zu?"),
    ],
)
def test_other_words_are_found(project, msgid, msgstr):
    assert len(messages(project, msgid, msgstr)) == 1


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Balance", "Saldo: Ihr Guthaben"),
        ("Card", "Token"),
        ("Documents", "Meine Dokumente"),
        ("Correction", "Gutschrift"),
    ],
)
def test_words_that_customers_do_not_know(project, msgid, msgstr):
    assert not messages(project, msgid, msgstr, SCREEN)
    assert len(messages(project, msgid, msgstr, PAGE)) == 1
    assert len(messages(project, msgid, msgstr, SCREEN, "customer_portal_x")) == 1
    assert len(messages(project, msgid, msgstr, "#: code:addons/a/controllers/b.py:0\n")) == 1


@pytest.mark.parametrize("msgstr", ["Abbuchung", "Kreditkarte", "Steuerschuldnerschaft"])
def test_compounds_that_customers_do_know(project, msgstr):
    assert not messages(project, "Word", msgstr, PAGE)


def test_customers_read_their_own_term(project):
    assert not messages(project, "In arrears", "nachschüssig", SCREEN)
    assert messages(project, "In arrears", "nachschüssig", PAGE)
    assert not messages(project, "In arrears", "nachträglich", PAGE)
