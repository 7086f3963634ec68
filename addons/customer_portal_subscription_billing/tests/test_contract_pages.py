from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestContractPages(ContractPortalCommon, HttpCase):
    def _page(self, url, login="portal_alpha"):
        return self._get_page(url, login)

    def _location(self, url):
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303, url)
        return response.headers["Location"]

    # === LIST === #

    def test_list_shows_running_and_ended(self):
        ended = self._create_ended_contract(self.partner_a)
        page = self._page("/my/contracts")
        ids = [int(value) for value in page.xpath("//@data-contract")]
        self.assertEqual(set(ids), {self.contract.id, ended.id})
        self.assertIn("Ended on", page.text_content())

    def test_filter(self):
        ended = self._create_ended_contract(self.partner_a)
        for key, expected in (("running", self.contract), ("ended", ended)):
            page = self._page(f"/my/contracts?filterby={key}")
            self.assertEqual(page.xpath("//@data-contract"), [str(expected.id)])
            self.assertEqual(len(page.xpath("//main//a[@aria-current='true']")), 2)

    def test_pages_and_order(self):
        days = range(25)
        more = [
            self._create_contract(self.partner_a, self.plan, self.today + timedelta(days=day))
            for day in days
        ]
        first = self._page("/my/contracts?sortby=start").xpath("//@data-contract")
        second = self._page("/my/contracts/page/2?sortby=start").xpath("//@data-contract")
        self.assertEqual((len(first), len(second)), (20, 6))
        self.assertEqual(int(first[0]), more[-1].id)
        self.assertEqual(int(second[-1]), self.contract.id)

    def test_unknown_keys_are_ignored(self):
        page = self._page("/my/contracts/page/9?sortby=x&filterby=y")
        self.assertTrue(page.xpath("//@data-contract"))

    def test_empty_list(self):
        page = self._page("/my/contracts?filterby=ended")
        self.assertIn("There are no contracts to show here.", page.text_content())

    # === DETAIL === #

    def test_detail(self):
        move = self._bill(self.contract)
        page = self._page(self.contract.access_url)
        text = " ".join(page.text_content().split())
        announced = self.contract._get_next_invoice()
        amount = f"{announced['amount']:.2f}"
        self.assertIn(amount, self._texts(page, "//*[@data-next='amount']")[0])
        for words in ("Cloud M", "Active", "Monthly", "in advance", "Open-ended", "3 Units"):
            self.assertIn(words, text)
        self.assertTrue(page.xpath(f"//th/a[@href='/my/invoices/{move.id}']"))
        self.assertTrue(page.xpath("//a[contains(@href, 'report_type=pdf')]"))
        self.assertEqual(len(page.xpath("//h1")), 1)

    def test_detail_without_invoices(self):
        text = self._page(self.contract.access_url).text_content()
        self.assertIn("There are no invoices yet.", text)

    def test_account_page_equals_the_ledger(self):
        self._bill(self.contract)
        page = self._page("/my/billing")
        items = self.env["account.move.line"].search(
            [("partner_id", "=", self.partner_a.id), ("account_type", "=", "asset_receivable")]
        )
        total = f"{sum(items.mapped('amount_residual')):.2f}"
        self.assertIn(total, self._texts(page, "//*[@data-sum='open']")[0])
        self.assertTrue(page.xpath(f"//*[@data-contract='{self.contract.id}']"))

    def test_home_counter(self):
        self.authenticate("portal_alpha", "portal_alpha")
        result = self.make_jsonrpc_request("/my/counters", {"counters": ["contract_count"]})
        self.assertEqual(result, {"contract_count": 1})
        self.assertTrue(self._page("/my").xpath("//a[@href='/my/contracts']"))

    # === WHO MAY SEE WHAT === #

    def test_others_are_not_seen(self):
        self._bill(self.foreign, self.today + timedelta(days=400))
        for url in ("/my", "/my/billing", "/my/contracts", self.contract.access_url):
            text = self._page(url).text_content()
            self.assertNotIn(self.foreign.name, text)
            self.assertNotIn("MARKER-BETA", text)
            self.assertNotIn("Domain", text)

    def test_guessed_id_leads_home(self):
        self.authenticate("portal_alpha", "portal_alpha")
        for url in (self.foreign.access_url, "/my/contracts/999999999"):
            self.assertTrue(self._location(url).endswith("/my"))

    def test_strangers_are_asked_to_sign_in(self):
        self.assertIn("/web/login", self._location("/my/contracts"))
        self.assertTrue(self._location(self.contract.access_url).endswith("/my"))

    def test_token_opens_the_contract_but_not_its_invoices(self):
        move = self._bill(self.contract)
        token = self.contract._portal_ensure_token()
        response = self.url_open(f"{self.contract.access_url}?access_token={token}")
        self.assertIn("Cloud M", response.text)
        self.assertIn("Sign in", response.text)
        self.assertNotIn(move.name, response.text)

    def test_wrong_token_is_refused(self):
        self.contract._portal_ensure_token()
        other = self.foreign._portal_ensure_token()
        for token in ("wrong", other, ""):
            location = self._location(f"{self.contract.access_url}?access_token={token}")
            self.assertTrue(location.endswith("/my"), token)

    def test_token_of_a_draft_is_refused(self):
        draft = self._create_contract(self.partner_a, self.plan, self.today, activate=False)
        token = draft._portal_ensure_token()
        self.assertTrue(self._location(f"{draft.access_url}?access_token={token}").endswith("/my"))

    # === LANGUAGE AND CLICKS === #

    def test_german(self):
        self._load_german("customer_portal_subscription_billing")
        self.user_a.sudo().lang = "de_DE"
        self._bill(self.contract)
        self.contract.end_date = self.today + timedelta(days=400)
        texts = [
            self._page(url).text_content()
            for url in ("/my/billing", "/my/contracts", self.contract.access_url)
        ]
        for text in texts:
            self.assertIn("Endet am 16.03.2027", " ".join(text.split()))
            self.assertIn("Monatlich", text)
            self.assertIn("im Voraus", text)
        words = ("Contract", "Invoice ", "Monthly", "Ends on", "Prices", "Next", "Start ")
        for word in words:
            self.assertNotIn(word, "".join(texts))

    def test_tour(self):
        self._bill(self.contract)
        self.start_tour("/my/billing", "customer_portal_contracts", login="portal_alpha")

    def test_unit_of_the_contract(self):
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJ"
            "RU5ErkJggg=="
        )
        unit = self._create_unit(
            "CLOUD",
            name="Alpha Cloud",
            logo=pixel,
            email_from="Alpha Cloud <cloud@example.com>",
            phone="+49 30 1234",
        )
        url = f"/my/contracts/{self.contract.id}"
        page = self._page(url)
        self.assertNotIn("Alpha Cloud", page.text_content())
        self.contract.business_unit_id = unit
        page = self._page(url)
        self.assertTrue(page.xpath("//img[@alt='Alpha Cloud']"))
        [contact] = self._texts(page, "//section[@aria-labelledby='contact']")
        self.assertIn("Alpha Cloud · phone +49 30 1234 · e-mail cloud@example.com", contact)
