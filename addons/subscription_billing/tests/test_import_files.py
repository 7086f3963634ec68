import csv
import io

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from .common import SubscriptionBillingCommon

OPTIONS = {"quoting": '"', "separator": ",", "has_headers": True, "date_format": "%Y-%m-%d"}
MODELS = ("billing.plan", "billing.subscription", "billing.price.change")


@tagged("post_install", "-at_install")
class TestImportFiles(SubscriptionBillingCommon):
    """Files as people upload them: the templates, what was exported, and mistakes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "base_import.import" not in cls.env:
            cls.skipTest(cls, "Odoo's import is not installed")
        cls.partner_a.name, cls.partner_b.name = "Example Ltd", "Sample Inc"

    def _import(self, model, text, dry_run=False):
        """What Odoo's import does with a file; the header names the fields."""
        wizard = self.env["base_import.import"].create(
            {"res_model": model, "file": text.encode(), "file_type": "text/csv"}
        )
        [header] = csv.reader([text.splitlines()[0]])
        return wizard.execute_import(header, header, OPTIONS, dryrun=dry_run)

    def _get_template(self, model):
        [template] = self.env[model].get_import_templates()
        with file_open(template["template"].lstrip("/")) as source:
            return source.read()

    def _export(self, records, names):
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(names)
        rows = records.with_context(import_compat=True).export_data(names)["datas"]
        writer.writerows([["" if cell is False else cell for cell in row] for row in rows])
        return out.getvalue()

    def test_templates(self):
        for model in MODELS:
            before = self.env[model].search([])
            text = self._get_template(model)
            for dry_run in (True, False):
                result = self._import(model, text, dry_run)
                with self.subTest(model=model, dry_run=dry_run):
                    self.assertFalse([m for m in result["messages"] if m["type"] == "error"])
                    added = self.env[model].search([]) - before
                    self.assertEqual(bool(added), not dry_run)
        team = self.env["billing.plan"].search([("code", "=", "TEAM")])
        self.assertEqual(team.charge_ids.mapped("charge_model"), ["flat", "graduated"])
        tiers = team.charge_ids[1].tier_ids
        self.assertEqual(tiers.mapped("unit_price"), [8.0, 6.0])
        contract = self.env["billing.subscription"].search([("client_reference", "=", "PO-4500")])
        self.assertEqual(contract.line_ids.mapped("quantity"), [1.0, 8.0])
        self.assertEqual(contract.partner_id, self.partner_a)

    def test_what_is_exported_can_be_imported(self):
        for model in MODELS:
            self._import(model, self._get_template(model))
        plans = self.env["billing.plan"].search([("code", "in", ("BASIC", "TEAM"))])
        contracts = self.env["billing.subscription"].search([("plan_id", "in", plans.ids)])
        for records, text in ((plans, "billing.plan"), (contracts, "billing.subscription")):
            names = next(csv.reader([self._get_template(text).splitlines()[0]]))
            exported = self._export(records, names)
            result = self._import(text, exported)
            with self.subTest(model=text):
                self.assertFalse(result["messages"])
                self.assertEqual(sorted(result["ids"]), sorted(records.ids), "nothing new")
                self.env.invalidate_all()
                self.assertEqual(self._export(records, names), exported)

    @mute_logger("odoo.sql_db")
    def test_mistakes_name_their_row_and_nothing_is_kept(self):
        self._import("billing.plan", self._get_template("billing.plan"))
        text = self._get_template("billing.subscription")
        text = text.replace("Sample Inc", "Nobody Knows")
        before = self.env["billing.subscription"].search_count([])
        result = self._import("billing.subscription", text)
        found = {(message["field"], message["rows"]["from"]) for message in result["messages"]}
        self.assertEqual(found, {("partner_id", 2)})
        self.assertIn("Nobody Knows", result["messages"][0]["message"])
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["billing.subscription"].search_count([]), before)
