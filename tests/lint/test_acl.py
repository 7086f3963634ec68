import pytest
from lint_checks import acl

COMPANY = '    company_id = fields.Many2one("res.company")\n'
ACCESS = "id,model_id:id\naccess_a,model_sepa_mandate\n"
RULE = '<odoo><record id="r" model="ir.rule"><field name="model_id" ref="{}"/></record></odoo>'


def model(kind="Model", head='    _name = "sepa.mandate"\n', body=""):
    return f"class Mandate(models.{kind}):\n{head}{body}"


def messages(project, source, access=ACCESS, rule="other"):
    files = {
        "models/a.py": source,
        "security/ir.model.access.csv": access,
        "security/rules.xml": RULE.format(rule),
    }
    return [finding.message for finding in acl.check(project(files))]


@pytest.mark.parametrize("kind", ["Model", "TransientModel"])
def test_model_without_rights_is_found(project, kind):
    (message,) = messages(project, model(kind), access="id,model_id:id\n")
    assert "ir.model.access.csv" in message


@pytest.mark.parametrize(
    "source",
    [
        model("AbstractModel"),
        model(head='    _inherit = "sepa.other"\n'),
        model(head='    _name = "sepa.other"\n    _inherit = ["sepa.other", "mail.thread"]\n'),
    ],
)
def test_mixins_and_extensions_need_no_rights(project, source):
    assert not messages(project, source)


def test_company_needs_a_rule(project):
    source = model(body=COMPANY)
    (message,) = messages(project, source)
    assert "ir.rule" in message
    assert not messages(project, source, rule="model_sepa_mandate")
    assert not messages(project, source, rule="sepa_debit.model_sepa_mandate")


def test_company_of_a_mixin_counts(project):
    mixin = 'class Mixin(models.AbstractModel):\n    _name = "sepa.mixin"\n' + COMPANY
    head = '    _name = "sepa.mandate"\n    _inherit = ["sepa.mixin"]\n'
    assert messages(project, f"{mixin}\n{model(head=head)}")


def test_wizard_needs_no_rule(project):
    assert not messages(project, model("TransientModel", body=COMPANY))
