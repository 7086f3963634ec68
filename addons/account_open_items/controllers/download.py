from werkzeug.exceptions import NotFound

from odoo.http import Controller, content_disposition, request, route

from ..wizards.open_items_xlsx import write_xlsx

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class OpenItemDownload(Controller):
    """The list of a day as a spreadsheet, of people who may export."""

    @route("/account_open_items/<int:show_id>/xlsx", type="http", auth="user", readonly=False)
    def open_items_xlsx(self, show_id, **_kw):
        if not request.env.user.has_group("base.group_allow_export"):
            raise NotFound()
        wizard = request.env["account.open.item.show"].browse(show_id).exists()
        if not wizard or wizard.create_uid != request.env.user:
            raise NotFound()
        wizard = wizard.with_context(allowed_company_ids=wizard.company_id.ids)
        content = write_xlsx(wizard)
        name = wizard._get_title()
        headers = [
            ("Content-Type", MIME),
            ("Content-Disposition", content_disposition(f"{name}.xlsx")),
        ]
        return request.make_response(content, headers)
