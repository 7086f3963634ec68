import base64
import re
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sepa_debit.controllers import portal

from .common_portal import IBAN, PortalCommon


@tagged("post_install", "-at_install")
class TestMandatePortal(PortalCommon):
    """The customer signs, changes and revokes; nobody else does."""

    # === SIGNING === #

    def test_from_account_to_signature(self):
        self.customer.property_inbound_payment_method_line_id = False
        self._login()
        before = self.env["sepa.mandate"].search([])
        response = self._post("/my/mandates/new", iban="at61 1904 3002 3457 3201", holder="Anna")
        mandate = self.env["sepa.mandate"].search([]) - before
        self.assertTrue(response.headers["Location"].endswith(f"/my/mandates/{mandate.id}"))
        self.assertEqual(mandate.partner_bank_id.sanitized_acc_number, IBAN)
        page = self._page(f"/my/mandates/{mandate.id}")
        text = " ".join(page.text_content().split())
        for shown in (mandate.name, self.creditor.identifier, "AT61 1904 3002 3457 3201",
                      "you authorise (A) Muster GmbH", "within eight weeks"):  # fmt: skip
            self.assertIn(shown, text)
        self._sign(mandate)
        self.env.invalidate_all()
        self.assertEqual((mandate.state, mandate.signed_on), ("active", self.today))
        self.assertEqual(mandate.signature_channel, "portal")
        self.assertEqual((mandate.signed_by, mandate.signed_place), ("Anna Alpha", "Kiel"))
        self.assertTrue(mandate.signed_at and mandate.signed_ip)
        self.assertEqual(self.customer.property_inbound_payment_method_line_id, self.method)
        stored = base64.b64decode(mandate.document)
        self.assertTrue(stored.startswith(b"%PDF"))
        self.assertEqual(self.url_open(f"/my/mandates/{mandate.id}/pdf").content, stored)
        message = mandate.message_ids.filtered("attachment_ids")
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(self._collections(self._bill()).state, "planned")

    def test_a_mandate_is_signed_once(self):
        mandate = self._draft()
        self._login()
        self._sign(mandate)
        self._sign(mandate, name="Somebody Else")
        self.env.invalidate_all()
        self.assertEqual(mandate.signed_by, "Anna Alpha")

    def test_errors_name_the_field_and_keep_what_was_entered(self):
        self._login()
        page = self._page("/my/mandates/new", iban="DE75512108001245126198", holder="Anna A.")
        [error] = page.xpath("//*[@id='mandate_iban_hint']//*[@role='alert']")
        self.assertIn("IBAN", error.text_content())
        self.assertIn("check digits", error.text_content())
        values = {node.get("name"): node.get("value") for node in page.xpath("//form//input")}
        self.assertEqual(values["holder"], "Anna A.")
        self.assertEqual(values["iban"], "DE75512108001245126198")
        mandate = self._draft()
        page = self._page(f"/my/mandates/{mandate.id}/sign", name="Anna", place="")
        alerts = " ".join(node.text_content() for node in page.xpath("//form//*[@role='alert']"))
        self.assertIn("Place", alerts)
        self.assertIn("tick the box", alerts)
        self.assertEqual(page.xpath("//input[@name='name']")[0].get("value"), "Anna")
        self.env.invalidate_all()
        self.assertEqual(mandate.state, "draft")

    def test_account_numbers_are_checked_while_entering(self):
        cases = {"DE75 5121 0800 1245 1261 99": "", "DE75 5121 0800 1245 1261 98": "check digits",
                 "": "missing", "TR330006100519786457841326": "outside"}  # fmt: skip
        for iban, problem in cases.items():
            error = self.make_jsonrpc_request("/my/mandates/iban", {"iban": iban})
            self.assertIn(problem, error)
            self.assertEqual(bool(problem), bool(error))

    def test_draft_left_behind_is_used_again(self):
        self._login()
        for iban in ("DE75512108001245126199", IBAN):
            self._post("/my/mandates/new", iban=iban, holder="Anna")
        drafts = self.env["sepa.mandate"].search([("state", "=", "draft")])
        self.assertEqual(len(drafts), 1)
        self.assertEqual(drafts.partner_bank_id.sanitized_acc_number, IBAN)

    def test_accounts_the_bank_refused(self):
        self.account.sepa_problem = "closed"
        self._login()
        page = self._page("/my/mandates/new", iban=self.account.acc_number, holder="A")
        self.assertIn("cannot be debited", page.text_content())

    def test_html_in_names_stays_text(self):
        mandate = self._draft()
        self._login()
        self._sign(mandate, name="<b>x</b>")
        self.assertFalse(self._page(f"/my/mandates/{mandate.id}").xpath("//b[.='x']"))

    # === LINK === #

    def test_sent_for_signature(self):
        mandate = self._draft(account=False)
        mandate.action_send_for_signature()
        message = mandate.message_ids.filtered("partner_ids")
        [link] = re.findall(r"/my/mandates/\S+?access_token=[\w-]+", message.body)
        self.authenticate(None, None)
        page = self._page(link)
        self.assertIn(mandate.name, page.text_content())
        query = link[link.index("?") :]
        self._sign(mandate, query, iban=IBAN, holder="Anna")
        self.env.invalidate_all()
        self.assertEqual(mandate.state, "active")
        self.assertEqual(mandate.partner_bank_id.sanitized_acc_number, IBAN)
        for act in ("account", "revoke"):
            response = self.url_open(f"/my/mandates/{mandate.id}/{act}{query}")
            self.assertIn("/web/login", response.url)

    def test_a_new_link_ends_the_old_one(self):
        mandate = self._draft()
        mandate.action_send_for_signature()
        old = mandate.access_token
        mandate.action_send_for_signature()
        self.authenticate(None, None)
        response = self.url_open(f"/my/mandates/{mandate.id}?access_token={old}")
        self.assertNotIn(mandate.name, response.text)

    def test_old_links_bring_fresh_ones(self):
        mandate = self._draft()
        mandate.action_send_for_signature()
        old = mandate.access_token
        mandate.access_expires_on = self.today - timedelta(days=1)
        self.authenticate(None, None)
        query = f"?access_token={old}"
        page = self._page(f"/my/mandates/{mandate.id}{query}")
        self.assertIn("too old", page.text_content())
        self._sign(mandate, query)
        self.env.invalidate_all()
        self.assertEqual(mandate.state, "draft")
        self._post(f"/my/mandates/{mandate.id}/link{query}")
        self.env.invalidate_all()
        self.assertNotEqual(mandate.access_token, old)
        self.assertGreater(mandate.access_expires_on, self.today)

    def test_what_cannot_be_sent(self):
        with self.assertRaisesRegex(UserError, "signed already"):
            self.mandate.action_send_for_signature()
        mandate = self._draft()
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "Email"):
            mandate.action_send_for_signature()

    # === OTHERS === #

    def test_colleagues_may_and_others_may_not(self):
        self._login("colleague_login")
        self.assertIn(self.mandate.name, self._page("/my/mandates").text_content())
        self.assertIn(self.mandate.name, self._page(self.mandate.access_url).text_content())
        for login in ("other_login", None):
            self._login(login)
            draft = self._draft()
            with self.subTest(login=login):
                for act in ("", "/pdf", "/account", "/revoke"):
                    for token in ("", "?access_token=", "?access_token=False"):
                        url = f"{self.mandate.access_url}{act}{token}"
                        response = self.url_open(url)
                        self.assertNotIn(self.mandate.name, response.text)
                        self.assertNotIn(b"%PDF", response.content)
                portal.FAILURES.clear()
                self._sign(draft)
                self._post(f"{self.mandate.access_url}/revoke", yes="1")
                self._post(f"{self.mandate.access_url}/account", iban=IBAN, holder="X")
                self._post(f"{draft.access_url}/link")
            self.env.invalidate_all()
            self.assertEqual((draft.state, self.mandate.state), ("draft", "active"))
            self.assertEqual(self.mandate.partner_bank_id, self.account)
        self._login("other_login")
        self.assertNotIn(self.mandate.name, self._page("/my/mandates").text_content())

    def test_staff_looks_and_does_not_sign(self):
        self._create_user("clerk", password="clerk_clerk")
        draft = self._draft()
        self.authenticate("clerk", "clerk_clerk")
        page = self._page(draft.access_url)
        self.assertFalse(page.xpath("//form[hasclass('o_sepa_sign')]"))
        self._sign(draft)
        self.env.invalidate_all()
        self.assertEqual(draft.state, "draft")
        self._create_user("plain", "base.group_user", password="plain_plain")
        self.authenticate("plain", "plain_plain")
        self.assertNotIn(draft.name, self.url_open(draft.access_url).text)

    def test_forgery(self):
        self._login()
        draft = self._draft()
        for url in (f"{draft.access_url}/sign", f"{self.mandate.access_url}/revoke"):
            response = self.url_open(url, data={"name": "A", "place": "B", "accept": "on"})
            self.assertEqual(response.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual((draft.state, self.mandate.state), ("draft", "active"))

    def test_guessing_is_limited(self):
        mandate = self._draft()
        mandate.action_send_for_signature()
        self.authenticate(None, None)
        codes = [
            self.url_open(
                f"{mandate.access_url}?access_token=x{n}", allow_redirects=False
            ).status_code
            for n in range(12)
        ]
        self.assertEqual(codes, [303] * 10 + [429] * 2)
        right = f"{mandate.access_url}?access_token={mandate.access_token}"
        self.assertEqual(self.url_open(right).status_code, 429)

    # === CHANGES === #

    def test_change_of_account(self):
        self.mandate.was_settled = True
        move = self._bill()
        self._login()
        page = self._page(f"{self.mandate.access_url}/account")
        self.assertIn("03/20/2026", page.text_content())
        page = self._page(f"{self.mandate.access_url}/account", iban=IBAN, holder="Anna")
        self.assertIn("account is changed", page.text_content())
        self.env.invalidate_all()
        self.assertEqual(self.mandate.partner_bank_id.sanitized_acc_number, IBAN)
        self.assertEqual(self.mandate.original_iban, "DE75512108001245126199")
        self.assertIn("3201", move._get_collection_notice())
        events = self.env["billing.event"].search([("type", "=", "mandate.account_changed")])
        self.assertEqual(events.res_id, self.mandate.id)
        self.assertTrue(self.mandate.message_ids.filtered("partner_ids"))

    def test_revocation(self):
        planned = self._bill(due=date(2026, 4, 20))
        with_bank = self._bill()
        batch = self._make_batch(with_bank)
        batch.action_write()
        self._login()
        page = self._page(f"{self.mandate.access_url}/revoke")
        text = " ".join(page.text_content().split())
        self.assertIn("not made any more", text)
        self.assertIn("we cannot stop them", text)
        self.assertEqual(self.mandate.state, "active")
        page = self._page(f"{self.mandate.access_url}/revoke", yes="1")
        self.assertIn("is revoked", page.text_content())
        self.env.invalidate_all()
        self.assertEqual((self.mandate.state, self.mandate.revoked_on), ("revoked", self.today))
        self.assertEqual(self._collections(planned).state, "cancelled")
        self.assertNotEqual(self._collections(with_bank).state, "cancelled")
        self.assertFalse(
            self._page(self.mandate.access_url).xpath("//a[contains(@href,'/revoke')]")
        )

    def test_staff_sees_what_a_mandate_is_used_for(self):
        self.assertFalse(self.mandate.uses_text)
        self._bill()
        self.mandate.invalidate_recordset(["uses_text"])
        self.assertIn("03/20/2026", self.mandate.uses_text)
        self.mandate.action_revoke()
        self.mandate.invalidate_recordset(["uses_text"])
        self.assertFalse(self.mandate.uses_text)

    def test_home(self):
        self._login()
        self.assertTrue(self._page("/my").xpath("//a[@href='/my/mandates']"))
        counters = {"counters": ["sepa_mandate_count"]}
        result = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(result, {"sepa_mandate_count": 1})
