from collections import defaultdict
from datetime import timedelta

from werkzeug.exceptions import TooManyRequests

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..core.throttle import Limit
from .forms import AccountForm, SignatureForm

# Wrong links from one address, per database and process: a token is not found by trying.
GUESSES = Limit(10, timedelta(minutes=10))
FAILURES = defaultdict(list)


class MandatePortal(CustomerPortal):
    """SEPA mandates on the customer's pages."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "sepa_mandate_count" in counters:
            mandates = self._get_own_mandates()
            # Shown to new customers too, where mandates are possible at all.
            possible = request.env["sepa.mandate"]._get_portal_creditors(request.env.companies)
            values["sepa_mandate_count"] = len(mandates) or int(bool(possible))
        return values

    # === WHO MAY === #

    def _get_payer(self):
        return request.env.user.partner_id.sudo().commercial_partner_id

    def _get_own_mandates(self):
        """Mandates of the user's company, in the companies the user belongs to."""
        domain = [
            ("commercial_partner_id", "=", self._get_payer().id),
            ("company_id", "in", request.env.companies.ids),
        ]
        return request.env["sepa.mandate"].sudo().search(domain)

    def _find_mandate(self, mandate_id, token=None):
        """Return a mandate with sudo and who asks for it; an empty one for strangers.

        :return: mandate, "owner" (signed in as its customer), "link" or "staff" (may look only)
        """
        mandate = request.env["sepa.mandate"].sudo().browse(mandate_id).exists()
        user = request.env.user
        if mandate and not user._is_public() and mandate in self._get_own_mandates():
            return mandate, "owner"
        if mandate and user._is_internal() and mandate.with_env(request.env).has_access("read"):
            return mandate, "staff"
        self._check_guesses()
        if mandate and mandate._is_link(token):
            return mandate, "link"
        FAILURES[self._get_guesser()].append(request.env.cr.now())
        return request.env["sepa.mandate"], ""

    def _get_guesser(self):
        return request.db, request.httprequest.remote_addr

    def _check_guesses(self):
        guesser, now = self._get_guesser(), request.env.cr.now()
        FAILURES[guesser] = GUESSES.recent(FAILURES[guesser], now)
        if GUESSES.is_reached(FAILURES[guesser], now):
            raise TooManyRequests(
                request.env._("Too many wrong links. Please wait ten minutes and try again.")
            )

    # === PAGES === #

    @route("/my/mandates", type="http", auth="user", website=True)
    def portal_my_mandates(self, **kw):
        mandates = self._get_own_mandates()
        order = ["draft", "suspended", "active", "lapsed", "ended", "revoked"]
        values = {
            "page_name": "mandates",
            "mandates": mandates.sorted(lambda m: order.index(m.state)),
            "can_sign": bool(self._get_creditors()),
        }
        return request.render("sepa_debit.portal_my_mandates", values)

    @route("/my/mandates/<int:mandate_id>", type="http", auth="public", website=True)
    def portal_my_mandate(self, mandate_id, access_token=None, done=None, **kw):
        mandate, role = self._find_mandate(mandate_id, access_token)
        if not mandate:
            return request.redirect("/my")
        return self._render_mandate(mandate, role, access_token, done=done)

    def _render_mandate(self, mandate, role, access_token, form=None, **more):
        if role == "link" and mandate.state == "draft" and mandate._is_link_expired():
            values = {"page_name": "mandate", "mandate": mandate, "token": access_token, **more}
            return request.render("sepa_debit.portal_mandate_expired", values)
        form = form or SignatureForm.of(mandate, request.env.user)
        stopped, running = mandate._split_open_collections()
        values = {
            "page_name": "mandate",
            "mandate": mandate,
            "role": role,
            "token": access_token if role == "link" else "",
            "form": form,
            "document": request.env["report.sepa_debit.report_mandate"]
            .sudo()
            ._prepare_document(mandate.with_context(lang=request.env.lang)),
            "uses": mandate._prepare_uses(),
            "debits": [c._get_portal_text() for c in running | stopped],
            **more,
        }
        return request.render("sepa_debit.portal_mandate", values)

    @route("/my/mandates/<int:mandate_id>/pdf", type="http", auth="public", website=True)
    def portal_mandate_pdf(self, mandate_id, access_token=None, **kw):
        mandate, role = self._find_mandate(mandate_id, access_token)
        if not mandate or (role == "link" and mandate._is_link_expired()):
            return request.redirect("/my")
        content = mandate._get_form_pdf()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(f"{mandate.name}.pdf")),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)

    # === NEW === #

    def _get_creditors(self):
        return request.env["sepa.mandate"]._get_portal_creditors(request.env.companies)

    @route("/my/mandates/new", type="http", auth="user", website=True, methods=["GET", "POST"])
    def portal_new_mandate(self, **post):
        creditors = self._get_creditors()
        if not creditors:
            return request.redirect("/my/mandates")
        payer = self._get_payer()
        form = AccountForm.of(payer)
        if request.httprequest.method == "POST":
            form = AccountForm.from_post(request.env, post)
            creditor = creditors.filtered(lambda c: str(c.id) == post.get("creditor"))[:1]
            creditor = creditor or creditors[:1]
            if form.is_valid():
                mandates = request.env["sepa.mandate"].sudo()
                try:
                    mandate = mandates._make_portal_draft(
                        payer, creditor, form.iban, form.values["holder"]
                    )
                    return request.redirect(f"/my/mandates/{mandate.id}")
                except UserError as error:
                    form.errors["iban"] = str(error)
        values = {"page_name": "mandate_new", "form": form, "creditors": creditors}
        return request.render("sepa_debit.portal_new_mandate", values)

    @route("/my/mandates/iban", type="jsonrpc", auth="public", readonly=True)
    def portal_check_iban(self, iban):
        """Return what is wrong with an account number, for the page; it is checked again later."""
        return AccountForm.from_post(request.env, {"iban": str(iban)[:70]}).errors.get("iban", "")

    # === ACTS === #

    @route(
        "/my/mandates/<int:mandate_id>/sign",
        type="http", auth="public", website=True, methods=["POST"],
    )  # fmt: skip
    def portal_sign_mandate(self, mandate_id, access_token=None, **post):
        mandate, role = self._find_mandate(mandate_id, access_token)
        if not mandate or role == "staff":
            return request.redirect("/my")
        if role == "link" and mandate._is_link_expired():
            return self._render_mandate(mandate, role, access_token)
        form = SignatureForm.from_post(
            request.env, post, needs_account=not mandate.partner_bank_id
        )
        if not form.is_valid():
            return self._render_mandate(mandate, role, access_token, form=form)
        try:
            with request.env.cr.savepoint():
                if form.iban:
                    mandate.partner_bank_id = mandate._get_account(
                        mandate.commercial_partner_id, form.iban, form.values["holder"]
                    )
                mandate._sign_in_portal(
                    form.values["name"],
                    form.values["place"],
                    request.httprequest.remote_addr,
                    for_invoices=bool(form.values["for_invoices"]),
                )
        except UserError as error:
            form.errors["page"] = str(error)
            return self._render_mandate(mandate, role, access_token, form=form)
        return self._back(mandate, access_token, "signed")

    @route(
        "/my/mandates/<int:mandate_id>/link",
        type="http", auth="public", website=True, methods=["POST"],
    )  # fmt: skip
    def portal_new_link(self, mandate_id, access_token=None, **post):
        """A link that is too old brings a fresh one, to the address we have."""
        mandate, role = self._find_mandate(mandate_id, access_token)
        if role == "link" and mandate.state == "draft" and mandate.partner_id.email:
            mandate._send_link()
            return self._render_mandate_sent(mandate)
        return request.redirect("/my")

    def _render_mandate_sent(self, mandate):
        values = {"page_name": "mandate", "mandate": mandate, "is_sent": True, "token": ""}
        return request.render("sepa_debit.portal_mandate_expired", values)

    @route(
        "/my/mandates/<int:mandate_id>/account",
        type="http", auth="user", website=True, methods=["GET", "POST"],
    )  # fmt: skip
    def portal_change_account(self, mandate_id, **post):
        mandate, role = self._find_mandate(mandate_id)
        if role != "owner" or mandate.state not in ("active", "suspended"):
            return request.redirect("/my/mandates")
        form = AccountForm.of(self._get_payer(), mandate)
        if request.httprequest.method == "POST":
            form = AccountForm.from_post(request.env, post)
            if form.is_valid():
                try:
                    with request.env.cr.savepoint():
                        mandate._change_account(
                            form.iban, form.values["holder"], *self._get_actor()
                        )
                    return self._back(mandate, None, "changed")
                except UserError as error:
                    form.errors["iban"] = str(error)
        values = {"page_name": "mandate_act", "mandate": mandate, "form": form}
        stopped, running = mandate._split_open_collections()
        values["uses"] = mandate._prepare_uses()
        values["debits"] = [c._get_portal_short_text() for c in running | stopped]
        return request.render("sepa_debit.portal_change_account", values)

    @route(
        "/my/mandates/<int:mandate_id>/revoke",
        type="http", auth="user", website=True, methods=["GET", "POST"],
    )  # fmt: skip
    def portal_revoke_mandate(self, mandate_id, **post):
        mandate, role = self._find_mandate(mandate_id)
        if role != "owner" or mandate.state not in ("draft", "active", "suspended"):
            return request.redirect("/my/mandates")
        if request.httprequest.method == "POST":
            mandate._revoke_in_portal(*self._get_actor())
            return self._back(mandate, None, "revoked")
        stopped, running = mandate._split_open_collections()
        values = {
            "page_name": "mandate_act",
            "mandate": mandate,
            "uses": mandate._prepare_uses(),
            "stopped": [c._get_portal_text() for c in stopped],
            "running": [c._get_portal_text() for c in running],
        }
        return request.render("sepa_debit.portal_revoke_mandate", values)

    def _get_actor(self):
        return request.env.user.name, request.httprequest.remote_addr

    def _back(self, mandate, access_token, done):
        token = f"&access_token={access_token}" if access_token else ""
        return request.redirect(f"/my/mandates/{mandate.id}?done={done}{token}")
