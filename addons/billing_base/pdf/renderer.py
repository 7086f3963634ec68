"""HTML of a document -> PDF, in this process, with WeasyPrint.

Knows no database: what a document may show beside its own text is handed in. Fonts, the parsed
stylesheet and the last images are kept for the life of the process; nothing else is.
"""

import logging
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcherResponse

from odoo.tools import file_open, file_path

_logger = logging.getLogger(__name__)
# Its errors are about one refused image or an unknown property; the fetcher below says it better.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.WARNING)

# Relative addresses of documents, such as images of Odoo's editor, are completed with this one.
# The name can never exist (RFC 6761), and nothing here would ask for it anyway.
BASE_URL = "http://document.invalid"
STYLESHEET = "billing_base/static/src/documents/letter.css"
FONT_FOLDER = "web/static/fonts"
FONT_FILES = {
    # Families of Odoo's document layout: (regular, bold, italic) below FONT_FOLDER.
    "Lato": [f"lato/Lato-{cut}-webfont.ttf" for cut in ("Reg", "Bol", "RegIta")],
    **{
        family: [f"google/{family}/{family}-{cut}.ttf" for cut in ("Regular", "Bold", "Italic")]
        for family in ("Roboto", "Open_Sans", "Montserrat", "Raleway", "Oswald", "Tajawal")
    },
    "Fira_Mono": [f"google/Fira_Mono/Fira_Mono-{cut}.ttf" for cut in ("Regular", "Bold")],
}
DEFAULT_FONT = "Lato"
PDF_VARIANT = "pdf/a-3b"
MAX_CACHED_IMAGES = 32
_IMAGE_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|svg\+xml)[;,]", re.IGNORECASE)

Resolver = Callable[[str], bytes | None]

# Pango and fontconfig are shared and not made for several threads at once.
_lock = threading.RLock()
_images: dict[str, object] = {}


class DocumentFetcher(weasyprint.urls.URLFetcher):
    """Serves images that are part of the document; never a file, never the network.

    ``resolve`` gets the path of an address below ``BASE_URL`` and returns the content, or ``None``
    if there is none that this document may show.
    """

    def __init__(self, resolve: Resolver | None = None):
        super().__init__(allowed_protocols=["data"], allow_redirects=False)
        self.resolve = resolve

    def fetch(self, url, headers=None):
        if _IMAGE_DATA.match(url):
            return super().fetch(url)
        if self.resolve and url.startswith(f"{BASE_URL}/"):
            content = self.resolve(url.removeprefix(BASE_URL))
            if content is not None:
                return URLFetcherResponse(url, content)
        _logger.warning("A document does not show what it refers to: %.200s", url)
        raise ValueError("Documents show only images that are part of them")


class _FontFetcher(weasyprint.urls.URLFetcher):
    """Serves the font files named in ``FONT_FILES``, to our own stylesheets only."""

    def __init__(self):
        super().__init__(allowed_protocols=["file"], allow_redirects=False)

    def fetch(self, url, headers=None):
        path = Path(url.removeprefix("file://"))
        if path not in _known_fonts():
            raise ValueError(f"Not a font of documents: {url}")
        return URLFetcherResponse(url, path.read_bytes())


@lru_cache(maxsize=1)
def _known_fonts():
    return {path for family in FONT_FILES for path in _font_paths(family)}


def _font_paths(family):
    """Paths of the cuts of a family that are there; a packaged Odoo may come without some."""
    paths = []
    for name in FONT_FILES[family]:
        try:
            paths.append(Path(file_path(f"{FONT_FOLDER}/{name}")))
        except FileNotFoundError:
            _logger.info("The font %s is not installed", name)
    return paths


@lru_cache(maxsize=1)
def _font_configuration():
    return FontConfiguration()


@lru_cache(maxsize=1)
def _letter_stylesheet():
    return weasyprint.CSS(string=read_stylesheet(), url_fetcher=DocumentFetcher())


@lru_cache(maxsize=len(FONT_FILES))
def _font_stylesheet(family):
    """The faces of a family, under the name that the stylesheet uses."""
    faces = []
    for path in _font_paths(family):
        weight = "bold" if "Bol" in path.stem else "normal"
        style = "italic" if "Ita" in path.stem else "normal"
        faces.append(
            f'@font-face {{ font-family: "{family}"; src: url("file://{path}");'
            f" font-weight: {weight}; font-style: {style}; }}"
        )
    faces.append(f'html {{ font-family: "{family}", "DejaVu Sans", sans-serif; }}')
    return weasyprint.CSS(
        string="\n".join(faces), font_config=_font_configuration(), url_fetcher=_FontFetcher()
    )


def read_stylesheet():
    """Return the stylesheet of letters, e.g. to show a document in the browser."""
    with file_open(STYLESHEET) as source:
        return source.read()


def render_pdf(html, font=DEFAULT_FONT, resolve=None):
    """Return the PDF of one document.

    :param str html: the whole document; its images are ``data:`` addresses or resolved
    :param str font: a family of ``FONT_FILES``; the default stands in for any other
    :param resolve: see ``DocumentFetcher``
    :rtype: bytes
    """
    family = font if font in FONT_FILES else DEFAULT_FONT
    with _lock:
        if len(_images) > MAX_CACHED_IMAGES:
            _images.clear()
        document = weasyprint.HTML(
            string=html, base_url=f"{BASE_URL}/", url_fetcher=DocumentFetcher(resolve)
        )
        pdf = document.write_pdf(
            stylesheets=[_letter_stylesheet(), _font_stylesheet(family)],
            font_config=_font_configuration(),
            cache=_images,
            pdf_variant=PDF_VARIANT,
        )
        _keep_encoded(_images)
    return _open_for_conversion(pdf)


def _keep_encoded(images):
    """Let pictures that stay remember their compressed data.

    WeasyPrint keeps a picture over documents, but compresses it again for each of them.
    """
    for image in images.values():
        encode = getattr(image, "_get_png_data", None)
        if encode and "_get_png_data" not in vars(image):
            encoded = {}

            def encode_once(picture, encode=encode, encoded=encoded):
                key = (picture.mode, picture.size)
                if key not in encoded:
                    encoded[key] = encode(picture)
                return encoded[key]

            image._get_png_data = encode_once


def _open_for_conversion(pdf):
    r"""End the second line, a comment, with \r instead of \n; both end a line of a PDF.

    Odoo takes a file whose second line has six bytes for one that it has converted itself, and
    would embed an electronic invoice without describing it in the metadata.
    """
    head, comment = pdf[:9], pdf[9:15]
    if head.startswith(b"%PDF-") and comment.startswith(b"%") and comment.endswith(b"\n"):
        return head + comment[:-1] + b"\r" + pdf[15:]
    return pdf
