import base64
import io
from unittest.mock import patch

from markupsafe import Markup
from PIL import Image
from pypdf import PdfReader

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.billing_base.pdf import images, renderer

from .documents import DocumentsCommon

RENDERER = "odoo.addons.billing_base.pdf.renderer"
IMAGES = "odoo.addons.billing_base.pdf.images"


def make_png(size=(60, 20), color=(200, 30, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestDocumentSafety(DocumentsCommon):
    """Whatever somebody writes into a name, a text or a picture: nothing is fetched, the
    document is made, and its numbers stay what they are."""

    def _count_images(self, pdf):
        pages = PdfReader(io.BytesIO(pdf)).pages
        return sum(len(page.images) for page in pages)

    @mute_logger(RENDERER)
    def test_nothing_is_fetched(self):
        opened = []

        def refuse(fetcher, request, timeout=None):
            opened.append(request.full_url)
            raise OSError("not in tests")

        addresses = (
            "http://169.254.169.254/latest/meta-data",
            "https://example.com/pixel.png",
            "file:///etc/passwd",
            "ftp://example.com/pixel.png",
            "/web/image/res.users/2/image_1920",
            "//example.com/pixel.png",
            "data:text/html,<b>x</b>",
        )
        html = "".join(f'<img src="{url}"/><object data="{url}"></object>' for url in addresses)
        html += '<link rel="stylesheet" href="file:///etc/passwd"/>'
        html += "<style>@import url(http://example.com/x.css);"
        html += (
            "@font-face {font-family: x; src: url(file:///etc/passwd)} p {font-family: x}</style>"
        )
        html += '<p style="background: url(file:///etc/hostname)">text</p>'
        html += '<a rel="attachment" href="file:///etc/passwd">attached</a>'
        svg = b"""<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
            <image href="file:///etc/passwd" width="9" height="9"/>
            <image href="http://example.com/x.png" width="9" height="9"/>
            <rect width="9" height="9"/></svg>"""
        html += f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"/>'
        with patch("urllib.request.OpenerDirector.open", refuse):
            pdf = renderer.render_pdf(f"<html><body>{html}</body></html>")
        # The picture that is part of the document goes through the same machinery.
        self.assertEqual([url for url in opened if not url.startswith("data:image/")], [])
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        self.assertIn("text", text)
        self.assertNotIn("root:", text)
        self.assertNotIn(b"EmbeddedFile", pdf)

    @mute_logger(RENDERER)
    def test_hostile_invoice(self):
        hostile = '<script>alert(1)</script><img src="file:///etc/passwd"/> {{7*7}} & "Co"'
        self.british.name = f"Acme {hostile}"
        move = self._create_document(
            self._prepare_line(f"Fee {hostile}\n{'x' * 400}\n🎉 漢字 مرحبا שלום", 119),
            ref=hostile,
            narration=Markup('<p>Note<img src="file:///etc/passwd"/></p>'),
        )
        # Characters that no installed font has confuse the reader, not the document.
        text = self._read(move).replace("\x00", "")
        self.assertIn("<script>alert(1)</script>", text)
        self.assertIn("{{7*7}}", text)
        self.assertIn("119.00", text)
        self.assertNotIn("root:", text)

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.british.lang = "ar_001"
        move = self._create_document(self._prepare_line("خدمة", 119))
        self.assertIn("119", self._read(move))

    # === PICTURES === #

    def test_picture_of_the_editor(self):
        """An image that somebody put into a text is shown, if whoever prints may see it."""
        attachment = self.env["ir.attachment"].create(
            {"name": "sign.png", "raw": make_png(), "mimetype": "image/png"}
        )
        note = Markup('<p><img src="/web/image/%s-abc/sign.png"/></p>') % attachment.id
        move = self._create_document(narration=note)
        self.assertEqual(self._count_images(self._print(move)), 1)
        find = self.env["ir.actions.report"]._get_document_image
        self.assertEqual(find(f"/web/image/{attachment.id}"), attachment.raw)

    def test_other_attachments_are_no_pictures(self):
        find = self.env["ir.actions.report"]._get_document_image
        text = self.env["ir.attachment"].create({"name": "x.txt", "raw": b"secret"})
        link = self.env["ir.attachment"].create(
            {"name": "x.png", "type": "url", "url": "http://example.com/x.png"}
        )
        for path in (
            f"/web/image/{text.id}",
            f"/web/image/{link.id}",
            "/web/image/99999999",
            "/web/image/res.users/2/image_1920",
            f"/web/content/{text.id}",
        ):
            self.assertIsNone(find(path), path)
        foreign = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "secret.png",
                    "raw": make_png(),
                    "mimetype": "image/png",
                    "res_model": "res.users.apikeys",
                    "res_id": 1,
                }
            )
        )
        user = self._create_user("printer")
        self.assertIsNone(
            self.env["ir.actions.report"]
            .with_user(user)
            ._get_document_image(f"/web/image/{foreign.id}")
        )

    def test_logo(self):
        self.company.sudo().logo = base64.b64encode(make_png())
        self.assertEqual(self._count_images(self._print(self._create_document())), 1)

    def test_unit_logo_wins(self):
        self.company.sudo().logo = base64.b64encode(make_png((30, 30)))
        unit = self._create_unit("A", logo=base64.b64encode(make_png((80, 20), (1, 2, 3))))
        pdf = PdfReader(io.BytesIO(self._print(self._create_document(business_unit_id=unit.id))))
        (image,) = pdf.pages[0].images
        self.assertEqual(image.image.size, (80, 20))

    def test_huge_logo_is_made_small(self):
        huge = base64.b64encode(make_png((4000, 3000)))
        address = images.image_address(huge)
        content = base64.b64decode(address.partition(",")[2])
        with Image.open(io.BytesIO(content)) as small:
            self.assertLessEqual(small.height, images.MAX_SIZE[1])

    @mute_logger(IMAGES)
    def test_logo_that_is_none(self):
        self.assertIsNone(images.image_address(base64.b64encode(b"no image at all")))
        self.assertIsNone(images.image_address(b"%%%"))
        self.assertIsNone(images.image_address(False))
