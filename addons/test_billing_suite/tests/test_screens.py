from lxml import etree

from odoo.tests import tagged

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon

from .access_common import get_own_addons

# Windows without a list: there is nothing that could be empty.
FORMS_ONLY = {"form"}


@tagged("post_install", "-at_install")
class TestScreens(SubscriptionBillingCommon):
    """What every screen of the suite has: an empty state with words, keys for its buttons."""

    def _get_own(self, model):
        """Records of a model that come with the data of the suite's addons."""
        data = (
            self.env["ir.model.data"]
            .sudo()
            .search([("model", "=", model), ("module", "in", get_own_addons(self.env))])
        )
        return self.env[model].sudo().browse(data.mapped("res_id")).exists()

    def test_empty_states(self):
        """Every list says what it is for and what to do when there is nothing in it."""
        actions = self._get_own("ir.actions.act_window")
        self.assertGreater(len(actions), 5)
        for action in actions:
            modes = set(action.view_mode.split(","))
            if action.target == "new" or modes == FORMS_ONLY:
                continue
            with self.subTest(action=action.xml_id):
                self.assertIn("o_view_nocontent_smiling_face", action.help or "")
                text = "".join(etree.fromstring(f"<div>{action.help}</div>").itertext())
                self.assertGreater(len(text.split()), 6, "say what comes here and how")

    def test_keys_of_header_buttons(self):
        """The main tasks of a form are done by keyboard."""
        forms = 0
        for name in sorted({view.model for view in self._get_own("ir.ui.view") if view.model}):
            if name not in self.env or not name.startswith("billing."):
                continue
            view = self.env[name].get_view(view_type="form")
            arch = etree.fromstring(view["arch"])
            for button in arch.findall("./header/button") + arch.findall("./footer/button"):
                forms += 1
                with self.subTest(model=name, button=button.get("name") or button.get("special")):
                    self.assertTrue(button.get("data-hotkey"))
        self.assertGreater(forms, 8)

    def test_keys_are_not_given_twice(self):
        """Two buttons that show at the same time have different keys."""
        for name in sorted({view.model for view in self._get_own("ir.ui.view") if view.model}):
            if name not in self.env or not name.startswith("billing."):
                continue
            arch = etree.fromstring(self.env[name].get_view(view_type="form")["arch"])
            always = [
                button.get("data-hotkey")
                for button in arch.findall("./header/button")
                if not button.get("invisible")
            ]
            with self.subTest(model=name):
                self.assertEqual(len(always), len(set(always)))
