import pytest
from lint_checks import core_imports


@pytest.mark.parametrize(
    "text",
    [
        "import odoo",
        "from odoo import fields",
        "from ..models import mandate",
        "from .. import models",
        "from odoo.addons.sepa_debit.models import mandate",
        "from odoo.addons.dunning_escalation.core import policy",
        "import requests",
        "import time",
        "from random import choice",
        "def f():\n    import os",
    ],
)
def test_impure_import_is_found(project, text):
    assert len(core_imports.check(project({"core/a.py": text}))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from decimal import Decimal",
        "from . import b",
        "from .b import c",
        "from odoo.addons.sepa_debit.core import b",
        "from odoo.addons.billing_base.core import b",
        "from lxml import etree",
    ],
)
def test_pure_import_passes(project, text):
    assert not core_imports.check(project({"core/a.py": text}, depends='["billing_base"]'))


def test_relative_import_stays_in_core(project):
    assert not core_imports.check(project({"core/rules/a.py": "from ..b import c"}))
    assert core_imports.check(project({"core/rules/a.py": "from ...models import c"}))


def test_declared_library_passes(project):
    manifest = '{"external_dependencies": {"python": ["python-magic-x"]}}'
    source = {"core/a.py": "import python_magic_x"}
    assert core_imports.check(project(source))
    assert not core_imports.check(project({**source, "__manifest__.py": manifest}))


def test_models_may_import_odoo(project):
    assert not core_imports.check(project({"models/a.py": "from odoo import fields"}))
