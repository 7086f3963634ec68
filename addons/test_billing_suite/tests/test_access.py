from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .access_common import CORE_MODELS, GLOBAL, INHERITED, SHARED, AccessCommon

RULES = "odoo.addons.base.models.ir_rule"


@tagged("post_install", "-at_install")
class TestAccess(AccessCommon, HttpCase):
    """Nobody sees what belongs to another unit, branch or company: markers, looked for everywhere.

    A new model takes part by itself. It fails here as long as no record of it is planted, and
    when it has no record rules.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewers = {
            "AX": cls._create_viewer("viewer_ax", cls.company, cls.units["AX"]),
            "AY": cls._create_viewer("viewer_ay", cls.company, cls.units["AY"]),
            "BR": cls._create_viewer("viewer_br", cls.branch),
            "B": cls._create_viewer("viewer_b", cls.other),
        }

    def _as(self, world, model):
        """A model as the viewer of a world has it."""
        companies = self.viewers[world].company_ids.ids
        context = {"allowed_company_ids": companies, "active_test": False}
        return self.env[model].with_user(self.viewers[world]).with_context(**context)

    def _get_hidden(self, world, model):
        """Ids the viewer of a world must not see."""
        hidden = set()
        if model in GLOBAL:
            return hidden
        for other, planted in self.planted.items():
            same_company = self.companies[other] == self.companies[world]
            is_parent = self.companies[other] == self.companies[world].parent_id
            is_shared = same_company and model in SHARED or is_parent and model in INHERITED
            if other != world and not is_shared:
                hidden |= planted[model]
        return hidden

    def _each(self, *models):
        """All pairs of viewer and model that the viewer may read at all."""
        for world in self.viewers:
            for name in models or (*self._get_own_models(), *CORE_MODELS):
                model = self._as(world, name)
                if model.has_access("read"):
                    yield world, model, self._get_hidden(world, name)

    def _assert_refused(self, method, *args):
        """The record does not exist for this person."""
        with self.assertRaises(UserError) as refused:
            method(*args)
        self.assertIsInstance(refused.exception, AccessError | MissingError)

    # === THE TEST ITSELF === #

    def test_every_model_is_planted(self):
        for name in (*self._get_own_models(), *CORE_MODELS):
            for world, planted in self.planted.items():
                with self.subTest(model=name, world=world):
                    self.assertTrue(planted[name], "plant one in access_common.py")

    def test_shared_models_exist(self):
        self.assertLessEqual(SHARED.keys() | GLOBAL.keys(), set(self._get_own_models()))

    def test_viewers_see_their_own(self):
        for world, model, _hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                if model._name not in ("mail.activity", "mail.message"):
                    self.assertTrue(set(model.search([]).ids) & self.planted[world][model._name])

    # === LISTS, SEARCHES, SUMS === #

    def test_lists(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                self.assertFalse(set(model.search([]).ids) & hidden)
                self.assertEqual(model.search_count([("id", "in", list(hidden))]), 0)
                self.assertEqual(model.search_read([("id", "in", list(hidden))], ["id"]), [])

    def test_groups(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                domain = [("id", "in", list(hidden))]
                self.assertEqual(model._read_group(domain, [], ["__count"]), [(0,)])
                self.assertEqual(model._read_group(domain, ["id"], []), [])

    def test_names(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                found = model.name_search("", limit=None)
                self.assertFalse({record_id for record_id, _name in found} & hidden)

    # === BY ID === #

    @mute_logger(RULES)
    def test_reads_by_id(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                for record_id in hidden:
                    record = model.browse(record_id)
                    self._assert_refused(record.read, ["id", _stored(record)])

    @mute_logger(RULES)
    def test_exports(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                if hidden:
                    self._assert_refused(model.browse(hidden).export_data, ["id", _stored(model)])

    @mute_logger(RULES)
    def test_writes(self):
        for world, model, hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                for operation in ("write", "unlink"):
                    self.assertFalse(model.browse(hidden)._filtered_access(operation))

    # === WHAT STANDS IN WHAT THEY DO SEE === #

    def test_fields_of_visible_records(self):
        """Relations, counts, texts: no field of a visible record names a hidden one."""
        for world, model, _hidden in self._each():
            with self.subTest(viewer=world, model=model._name):
                visible = model.search([])
                fields = [
                    name
                    for name, field in model._fields.items()
                    if field.type not in ("binary", "image")
                    and model._has_field_access(field, "read")
                ]
                self._assert_no_marker(world, repr(visible.read(fields)))

    def test_invoice_analysis(self):
        for world in self.viewers:
            report = self._as(world, "account.invoice.report")
            hidden = self._get_hidden(world, "account.move")
            self.assertFalse(set(report.search([]).move_id.ids) & hidden)

    def test_messages_and_attachments(self):
        for world in self.viewers:
            messages = self._as(world, "mail.message")
            for marker in self._get_foreign_markers(world):
                self.assertFalse(messages.search([("body", "ilike", marker)]))

    def _get_foreign_markers(self, world):
        markers = []
        for other in self.planted:
            if other == world:
                continue
            markers.append(f"DOC-{other}")
            company = self.companies[world]
            if self.companies[other] not in (company, company.parent_id):
                markers.append(f"CFG-{other}")
        # "DOC-B" is the beginning of "DOC-BR".
        return [marker for marker in markers if f"-{world}".find(marker[3:]) != 0]

    def _assert_no_marker(self, world, text):
        for marker in self._get_foreign_markers(world):
            self.assertNotIn(marker, text)

    # === PAGES AND DOCUMENTS === #

    def _get_move(self, world):
        return self.contracts[world].period_ids.move_id

    @mute_logger(RULES, "odoo.http")
    def test_documents(self):
        """Reports render the own document, and refuse those of others."""
        report = "account.report_invoice"
        for world, viewer in self.viewers.items():
            companies = viewer.company_ids.ids
            reports = self.env["ir.actions.report"].with_user(viewer)
            reports = reports.with_context(allowed_company_ids=companies)
            for other in self.planted:
                move = self._get_move(other)
                with self.subTest(viewer=world, document=other):
                    if other == world:
                        text = reports._render_qweb_html(report, move.ids)[0].decode()
                        self.assertIn(move.name, text)
                        self._assert_no_marker(world, text)
                    else:
                        self._assert_refused(reports._render_qweb_html, report, move.ids)

    @mute_logger(RULES, "odoo.http")
    def test_staff_cannot_guess_portal_pages(self):
        for world, viewer in self.viewers.items():
            viewer.sudo().password = viewer.login
            self.authenticate(viewer.login, viewer.login)
            for other in self.planted:
                urls = (
                    f"/my/contracts/{self.contracts[other].id}",
                    f"/my/invoices/{self._get_move(other).id}",
                )
                for url in urls:
                    response = self.url_open(url, allow_redirects=False)
                    with self.subTest(viewer=world, url=url, of=other):
                        self.assertEqual(response.status_code, 200 if other == world else 303)

    def _crawl(self, login):
        """The pages a customer comes across, as one text."""
        self.authenticate(login, login)
        urls = ["/my", "/my/billing", "/my/invoices", "/my/contracts"]
        return "".join(self.url_open(url).text for url in urls)

    def test_customers_see_their_own(self):
        for world in self.planted:
            user = self._create_customer_login(world)
            text = self._crawl(user.login)
            contract, move = self.contracts[world], self._get_move(world)
            with self.subTest(customer=world):
                self.assertIn(contract.name, text)
                self.assertIn(move.name, text)
                for other in self.planted.keys() - {world}:
                    self.assertNotIn(f"/my/contracts/{self.contracts[other].id}", text)
                    self.assertNotRegex(text, rf"/my/invoices/{self._get_move(other).id}(?!\d)")
                    self.assertNotIn(f"DOC-{other}</", text)
                    for record in (self.contracts[other], self._get_move(other)):
                        url = record.sudo()._get_share_url().split("?")[0]
                        response = self.url_open(record.access_url, allow_redirects=False)
                        self.assertEqual(response.status_code, 303, url)

    def test_mails_go_to_the_own_customer_alone(self):
        """Who gets mail of a world, from whom, and what stands in it."""
        for world in self.planted:
            message_ids = self.planted[world]["mail.message"]
            messages = self.env["mail.message"].sudo().browse(message_ids)
            strangers = [customer for other, customer in self.customers.items() if other != world]
            for message in messages:
                with self.subTest(world=world, message=message.subject or message.body):
                    people = message.partner_ids | message.notified_partner_ids
                    self.assertFalse(people & self.env["res.partner"].union(*strangers))
                    self._assert_no_marker(world, f"{message.body} {message.subject}")

    def test_invoice_mail_is_of_its_unit(self):
        for world in self.planted:
            move = self._get_move(world).sudo()
            unit = self.units[world]
            template = move._get_mail_template()
            values = template._generate_template(
                move.ids, ("subject", "body_html", "email_from", "email_to", "partner_to")
            )[move.id]
            with self.subTest(world=world):
                self._assert_no_marker(world, f"{values['subject']} {values['body_html']}")
                self.assertEqual(unit, move.business_unit_id)


def _stored(model):
    """A field that has to be read from the database; what only reads a table has no log."""
    return "create_date" if "create_date" in model._fields else "company_id"
