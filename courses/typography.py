"""Printed French: spaces, apostrophes, durations, dates. Pure functions from text to text."""

import re
import unicodedata

NARROW = "\u202f"  # narrow no-break space: before ; ! ? %, inside « », between groups of digits
FIXED = "\u00a0"  # no-break space: before a colon, between a figure and its unit
SPACE = f"[ {FIXED}{NARROW}]"

# Addresses are copied and clicked: not a character of theirs may change.
ADDRESS = re.compile(r"(\S+://\S+|\S+@\S+)")
# Applied in this order; each one leaves its own result untouched.
RULES = [
    (re.compile(r"(?<=\w)'"), "’"),
    (re.compile(rf"«{SPACE}*"), f"«{NARROW}"),
    (re.compile(rf"{SPACE}*»"), f"{NARROW}»"),
    (re.compile(rf"{SPACE}+(?=[;!?])"), NARROW),
    (re.compile(r"(?<=[\w)’…])(?=[;!?]+(?:\s|$))"), NARROW),
    (re.compile(rf"{SPACE}+(?=:(?:\s|$))"), FIXED),
    (re.compile(r"(?<=[^\W\d])(?=:(?:\s|$))"), FIXED),
    (re.compile(rf"(?:(?<=\d)|^){SPACE}+(?=[%€])"), NARROW),
    (re.compile(rf"(?<=\b[nN]°){SPACE}+(?=\d)"), FIXED),
]
THOUSANDS = re.compile(rf"(?<![\d,.])\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)")

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
ENTITY = re.compile(r"(&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);)")
VERBATIM = re.compile(r"</?\s*(?:code|pre|kbd|samp|script|style|textarea)\b", re.IGNORECASE)
SPELLED = {
    "&nbsp;": FIXED,
    "&#160;": FIXED,
    "&#39;": "'",
    "&#x27;": "'",
    "&apos;": "'",
    "&rsquo;": "’",
    "&laquo;": "«",
    "&raquo;": "»",
}


def typographie(text):
    """Plain text with the spaces and apostrophes of printed French. Doing it twice changes nothing."""
    return "".join(piece if ADDRESS.fullmatch(piece) else _set_words(piece) for piece in ADDRESS.split(text))


def _set_words(text):
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return THOUSANDS.sub(lambda number: re.sub(SPACE, NARROW, number.group()), text)


def typographie_html(html):
    """HTML whose text is set in French; tags, comments and verbatim elements stay as they are."""
    verbatim = 0
    pieces = []
    for piece in TAG.split(html):
        if piece.startswith("<"):
            verbatim = max(0, verbatim + _nesting(piece))
        is_text = not piece.startswith("<") and not verbatim
        pieces.append(_set_text_node(piece) if is_text else piece)
    return "".join(pieces)


def _nesting(tag):
    """How this tag changes the number of open verbatim elements: 1, -1 or 0."""
    if not VERBATIM.match(tag):
        return 0
    return -1 if tag.startswith("</") else 1


def _set_text_node(text):
    for entity, character in SPELLED.items():
        text = text.replace(entity, character)
    # The semicolon of an entity is not punctuation.
    return "".join(piece if ENTITY.fullmatch(piece) else typographie(piece) for piece in ENTITY.split(text))


def pluriel(count, marks="s"):
    """The mark of number, which in French begins at two: ``pluriel(2)`` is s, ``pluriel(1, "al,aux")`` is al."""
    singular, plural = marks.split(",") if "," in marks else ("", marks)
    return plural if abs(count or 0) >= 2 else singular


def duree(minutes):
    """Minutes as one says them: 45 min, 1 h, 1 h 15."""
    hours, rest = divmod(round(minutes or 0), 60)
    if not hours:
        return f"{rest}{FIXED}min"
    return f"{hours}{FIXED}h{FIXED}{rest:02}" if rest else f"{hours}{FIXED}h"


def heures(hours):
    """Decimal hours as one says them: 6.5 is 6 h 30."""
    return duree((hours or 0) * 60)


def pourcent(ratio):
    """A share between 0 and 1, rounded down so that 100 % means all: 0.999 is 99 %."""
    return f"{int((ratio or 0) * 100 + 1e-9)}{NARROW}%"


def jour(value):
    """A date in full, whatever the language of the reader's browser: 1er août 2026. Empty for no date."""
    if not value:
        return ""
    return f"{'1er' if value.day == 1 else value.day}{FIXED}{MONTHS[value.month - 1]} {value.year}"


def folded(text):
    """The text without accents, in lower case: how dictionaries sort and how people search."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
