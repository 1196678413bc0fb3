"""Bytes of an unknown hand → text."""

import codecs
import re

from courses.exchange.found import MAX_BYTES, Unreadable

# The longer mark first: the one of UTF-16 begins like the one of UTF-32.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What no text holds: control characters, halves of characters, and places that Unicode promises never to fill.
FOREIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
OLD_WINDOWS = "Le fichier n’est pas en UTF-8 : il a été lu en Windows-1252. Vérifiez les accents avant d’importer."
NOT_TEXT = "Ce fichier n’est pas un fichier de texte. Exportez les questions en GIFT, Moodle XML ou Aiken, sans image."


def decode(data):
    """(text with plain line ends, notice or nothing) of the bytes of a file. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"Ce fichier est trop lourd : {MAX_BYTES // 1024 // 1024} Mo au plus. Partagez-le.")
    text, notice = _text(data)
    if FOREIGN.search(text):
        raise Unreadable(NOT_TEXT)
    if not text.strip():
        raise Unreadable("Ce fichier est vide.")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notice


def _text(data):
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), ""
            except UnicodeDecodeError as error:
                raise Unreadable(f"Ce fichier s’annonce en {encoding.upper()} et ne l’est pas.") from error
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves unused become replacement characters, which one sees.
        return data.decode("cp1252", errors="replace"), OLD_WINDOWS
