import pytest
from lint_checks import foreign_nouns


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", 'x = env["dunning.case"]'),
        ("models/a.py", "x = partner.dunning_case_ids"),
        ("models/a.py", "from odoo.addons.dunning_escalation.core import policy"),
        ("models/a.py", 'x = env.ref("dunning_escalation.group_user")'),
        ("models/a.py", 'x = env["usage." + kind]'),
        ("models/a.py", 'x = env["billing.subscription"]'),
        ("models/a.py", 'query = "SELECT 1 FROM billing_subscription"'),
        ("views/a.xml", '<odoo><field name="x" ref="model_dunning_case"/></odoo>'),
        ("views/a.xml", '<odoo><field name="res_model">payment.dispute</field></odoo>'),
        ("static/src/a.js", 'const model = "prepaid.balance";'),
        ("security/ir.model.access.csv", "id,model_id:id\na,model_dunning_case\n"),
    ],
)
def test_foreign_noun_is_found(project, name, text):
    owner = 'class Case(models.Model):\n    _name = "dunning.case"'
    project({"models/b.py": owner}, "dunning_escalation")
    findings = foreign_nouns.check(project({name: text}))
    assert [finding.path for finding in findings] == [f"addons/sepa_debit/{name}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", '"""Later dunning.case may read it."""\n# dunning.case\nx = 1'),
        ("models/a.py", 'x = "See the usage. Then decide."'),
        ("models/a.py", 'x = env["sepa.mandate"]; y = "sepa_debit.view"'),
        ("models/a.py", "x = unbilling_run"),
        ("readme/DESCRIPTION.md", "Works with dunning.case."),
        ("views/a.xml", "<odoo><!-- dunning.case --><p>Ask for usage.</p></odoo>"),
        ("static/src/a.js", '// dunning.case\nconst model = "sepa.mandate";'),
    ],
)
def test_prose_and_own_nouns_pass(project, name, text):
    assert not foreign_nouns.check(project({name: text}))


def test_dependencies_count_transitively(project):
    project({}, "subscription_billing")
    project({}, "usage_metering", '["subscription_billing"]')
    source = {"models/a.py": 'x = env["billing.plan"]'}
    assert not foreign_nouns.check(project(source, "portal_usage", '["usage_metering"]'))
    assert foreign_nouns.check(project(source, "portal_usage", '["account"]'))


def test_owner_of_a_model_is_read_from_the_addons(project):
    project({"models/a.py": 'class Unit(models.Model):\n    _name = "billing.unit"'}, "base")
    extension = {"models/a.py": 'class Unit(models.Model):\n    _inherit = "billing.unit"'}
    assert foreign_nouns.check(project(extension))
    assert not foreign_nouns.check(project(extension, depends='["base"]'))
