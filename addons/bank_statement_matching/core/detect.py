"""From bytes to statements: which format a file has, and the limits of all."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from . import camt, csv_camt, mt940
from .records import Statement, StatementError

# Ten times the largest file of a day that we know of.
MAX_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 200
_MT940 = re.compile(r"^:(?:20|25|60[FM]):", re.MULTILINE)
_XML = re.compile(rb"\s*<[?A-Za-z!]")


def read(content: bytes, limit: int = MAX_BYTES) -> tuple[str, tuple[Statement, ...]]:
    """Format (``camt``, ``mt940``, ``csv``) and statements of a file; zip files hold several.

    :raise StatementError: whatever is wrong with the file; nothing else ever
    """
    if len(content) > limit:
        raise StatementError("too_large", limit=limit // (1024 * 1024))
    try:
        return _read(content, limit)
    except (ValueError, LookupError, ArithmeticError, TypeError) as error:
        # A file is foreign input: whatever it makes the readers trip over is its own fault.
        raise StatementError("malformed", message=str(error)[:200], line=0) from error


def _read(content: bytes, limit: int) -> tuple[str, tuple[Statement, ...]]:
    if not content.strip(b" \t\r\n\x00"):
        raise StatementError("empty")
    if content[:4] == b"PK\x03\x04":
        return _read_zip(content, limit)
    if _is_xml(content):
        return "camt", tuple(camt.read(content))
    text = _decode(content)
    if csv_camt.is_header(text.lstrip("\ufeff").split("\n", 1)[0]):
        return "csv", tuple(csv_camt.read(text))
    if _MT940.search(text.replace("\r", "\n")):
        return "mt940", tuple(mt940.read(text))
    raise StatementError("unknown_format")


def _is_xml(content: bytes) -> bool:
    head = content[:64].replace(b"\x00", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return _XML.match(head) is not None


def _decode(content: bytes) -> str:
    """UTF-8, otherwise what German banks used before it.

    >>> _decode("ü".encode("cp1252"))
    'ü'
    """
    if b"\x00" in content:
        raise StatementError("encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Bytes that cp1252 leaves undefined are read as latin-1 does.
        return content.decode("cp1252", errors="replace")


def _read_zip(content: bytes, limit: int) -> tuple[str, tuple[Statement, ...]]:
    """Banks deliver the statements of a day as one archive; its size is that of what is in it."""
    statements: list[Statement] = []
    kind, rest = "", limit
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            if len(names) > MAX_MEMBERS:
                raise StatementError("too_many", limit=MAX_MEMBERS)
            for info in names:
                with archive.open(info) as member:
                    part = member.read(rest + 1)
                if len(part) > rest:
                    raise StatementError("too_large", limit=limit // (1024 * 1024))
                if part[:4] == b"PK\x03\x04":
                    raise StatementError("unknown_format")
                rest -= len(part)
                kind, found = read(part, limit)
                statements += found
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ) as error:
        raise StatementError("malformed", message=str(error)[:200], line=0) from error
    if not statements:
        raise StatementError("no_statement")
    return kind, tuple(statements)
