from odoo.http import content_disposition, request, route
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal

SENT = ("issued", "delivered")


class DunningLetterPortal(CustomerPortal):
    @route("/my/dunning/<int:notice_id>", type="http", auth="public", website=True)
    def portal_dunning_letter(self, notice_id, access_token=None, **kw):
        """The document of a letter, for its customer and whoever has the link that was mailed."""
        notice = self._find_dunning_letter(notice_id, access_token)
        if not notice:
            return request.redirect("/my")
        name = f"{notice.name.replace('/', '-')}.pdf"
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name, disposition_type="inline")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(notice._render_letter(), headers)

    def _find_dunning_letter(self, notice_id, token):
        """Return a letter with sudo; an empty one for strangers and for what was never sent."""
        notices = request.env["dunning.notice"].sudo()
        notice = notices.browse(notice_id).exists().filtered(lambda n: n.state in SENT)
        if not notice:
            return notices
        user = request.env.user
        customer = user.partner_id.sudo().commercial_partner_id
        is_own = not user._is_public() and notice.commercial_partner_id == customer
        is_staff = user._is_internal() and notice.with_env(request.env).has_access("read")
        has_link = bool(token and notice.access_token and consteq(notice.access_token, token))
        return notice if is_own or is_staff or has_link else notices
