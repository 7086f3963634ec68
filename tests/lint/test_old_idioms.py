import pytest
from lint_checks import old_idioms


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "class A:\n    _sql_constraints = []"),
        ("a.py", "class A:\n    def name_get(self):\n        pass"),
        ("a.py", "x = self._cr"),
        ("a.py", "x = self._context"),
        ("a.py", "from odoo.osv import expression"),
        ("a.py", "@http.route('/x', type='json')\ndef f(self):\n    pass"),
        ("a.xml", "<odoo><tree/></odoo>"),
        ("a.xml", '<odoo><field name="x" attrs="{}"/></odoo>'),
        ("a.xml", '<odoo><field name="view_mode">tree,form</field></odoo>'),
        ("a.xml", '<odoo><field name="groups_id" eval="[]"/></odoo>'),
    ],
)
def test_old_idiom_is_found(project, name, text):
    assert len(old_idioms.check(project({f"models/{name}": text}))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", '"""No _sql_constraints, no name_get."""\nx = self.env.context'),
        ("a.py", "@http.route('/x', type='jsonrpc')\ndef f(self):\n    pass"),
        ("a.xml", "<odoo><!-- <tree/> --><list/></odoo>"),
    ],
)
def test_current_idiom_passes(project, name, text):
    assert not old_idioms.check(project({f"models/{name}": text}))
