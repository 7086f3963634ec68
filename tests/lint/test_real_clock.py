import pytest
from lint_checks import real_clock


@pytest.mark.parametrize(
    "text",
    [
        "x = date.today()",
        "x = datetime.date.today()",
        "x = datetime.now()",
        "x = datetime.datetime.utcnow()",
        "x = fields.Date.today()",
        "x = fields.Date(default=fields.Date.today)",
        "x = fields.Date.context_today(self)",
        "x = fields.Datetime.now()",
        "x = fields.Date.today()  # timestamp",
        'x = [("due_date", "<", "today")]',
        'x = Domain("due_date", "<", "today -3d")',
        'x = [("due_date", ">", "+1w")]',
        'x = "SELECT 1 WHERE due < CURRENT_DATE"',
        'x = "SELECT 1 WHERE due < now()"',
    ],
)
def test_clock_in_python_is_found(project, text):
    assert len(real_clock.check(project({"models/a.py": text}))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "<filter name=\"late\" domain=\"[('due_date', '&lt;', 'today')]\"/>",
        "<filter name=\"late\" domain=\"[('due', '&lt;', context_today())]\"/>",
        "<field name=\"domain_force\">[('due', '&lt;', 'now')]</field>",
        '<field name="due" eval="DateTime.today()"/>',
    ],
)
def test_clock_in_xml_is_found(project, text):
    assert len(real_clock.check(project({"views/a.xml": f"<odoo>{text}</odoo>"}))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", "x = company._get_billing_today()"),
        ("models/a.py", "x = fields.Datetime.now()  # timestamp"),
        ("models/a.py", 'x = "INSERT INTO a VALUES (now())"  # timestamp'),
        ("models/a.py", '"""Not date.today(), not now()."""'),
        ("models/a.py", 'x = [("kind", "=", "-3")]'),
        ("models/a.py", 'x = selection([("today", "Today")])'),
        ("tests/test_a.py", "x = date.today()"),
        ("demo/a.xml", '<odoo><field name="due" eval="DateTime.today()"/></odoo>'),
        ("views/a.xml", '<odoo><button string="Collect today" name="action"/></odoo>'),
    ],
)
def test_given_dates_and_stamps_pass(project, name, text):
    assert not real_clock.check(project({name: text}))


def test_allow_list_names_the_function(project, monkeypatch):
    entry = {"file": "addons/sepa_debit/models/a.py", "name": "Company.today", "reason": "..."}
    monkeypatch.setattr(real_clock, "read_rules", lambda section: {"allow": [entry]})
    source = "class Company:\n    def {}(self):\n        return date.today()"
    assert not real_clock.check(project({"models/a.py": source.format("today")}))
    messages = [str(f) for f in real_clock.check(project({"models/a.py": source.format("x")}))]
    assert len(messages) == 2
    assert "Company.x reads the clock" in messages[0]
    assert "where there is none" in messages[1]
