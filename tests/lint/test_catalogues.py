import pytest
from lint_checks import catalogues

MODEL = 'class A(models.Model):\n    def f(self):\n        raise UserError(_("Pay %(x)s", x=1))'
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def entry(msgid, msgstr="", before=""):
    return f'{before}msgid "{msgid}"\nmsgstr "{msgstr}"\n\n'


def write(project, pot, po, model=MODEL):
    files = {"i18n/sepa_debit.pot": HEADER + pot, "i18n/de.po": HEADER + po, "models/a.py": model}
    return [finding.message for finding in catalogues.check(project(files))]


def test_complete_catalogue_passes(project):
    assert not write(project, entry("Pay %(x)s"), entry("Pay %(x)s", "%(x)s zahlen"))


@pytest.mark.parametrize(
    ("po", "complaint"),
    [
        ("", "lacks"),
        (entry("Pay %(x)s"), "not translated"),
        (entry("Pay %(x)s", "%(x)s zahlen", "#, fuzzy\n"), "fuzzy"),
        (entry("Pay %(x)s", "%s zahlen"), "placeholders"),
        (entry("Pay %(x)s", "Zahlen"), "placeholders"),
    ],
)
def test_gap_in_the_catalogue_is_found(project, po, complaint):
    (message,) = write(project, entry("Pay %(x)s"), po)
    assert complaint in message


def test_forgotten_export_is_found(project):
    (message,) = write(project, "", "")
    assert "export it" in message


def test_left_over_translation_is_found(project):
    (message,) = write(project, "", entry("Old", "Alt"), model="")
    assert "no longer" in message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", MODEL),
        ("models/a.py", "class A(models.Model):\n    note = fields.Char()"),
        ("views/a.xml", '<odoo><field name="x" string="Hello"/></odoo>'),
        ("views/a.xml", '<odoo><template id="a"><p>Hello</p></template></odoo>'),
    ],
)
def test_addon_with_strings_needs_both_files(project, name, text):
    assert len(catalogues.check(project({name: text}))) == 2


@pytest.mark.parametrize(
    "text", ["class A(models.Model):\n    def f(self):\n        return 1", 'x = "no words"']
)
def test_addon_without_strings_needs_none(project, text):
    assert not catalogues.check(project({"models/a.py": text, "tests/test_a.py": MODEL}))
