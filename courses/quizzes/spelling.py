"""Whether two spellings are the same word, with what the author forgives; and whether they nearly are."""

import re
import unicodedata
from typing import Literal, get_args

Leniency = Literal["case", "accents", "hyphens", "apostrophes", "spaces"]
LENIENCIES: tuple[Leniency, ...] = get_args(Leniency)

HYPHENS = re.compile(r"[-\u2010\u2011\u2012\u2013\u2014\u2212]")
APOSTROPHES = re.compile(r"[\u2018\u2019\u02bc\u2032\u00b4`]")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def spelled(text, forgive):
    """The text without the differences that are forgiven; blanks at both ends never count."""
    text = unicodedata.normalize("NFC", text).strip()
    if "apostrophes" in forgive:
        text = APOSTROPHES.sub("'", text)
    if "hyphens" in forgive:
        text = HYPHENS.sub(" ", text)
    if "spaces" in forgive:
        text = re.sub(r"\s+", " ", text)
        text = re.sub(r"(?<=') | (?=[';:!?,.])", "", text)
    if "accents" in forgive:
        letters = unicodedata.normalize("NFD", text.translate(LIGATURES))
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if "case" in forgive:
        text = text.casefold()
    return text.strip()


def distance(one, other):
    """How many letters to add, remove, replace or swap with a neighbour to go from one text to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        previous, before, row = before, row, [place]
        for column, wanted in enumerate(other, start=1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != wanted))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == wanted:
                cost = min(cost, previous[column - 2] + 1)
            row.append(cost)
    return row[-1]


def near(text, accepted, forgive):
    """Whether the text is a slip of the pen away from an accepted one, without being it."""
    typed = spelled(text, forgive)
    for variant in accepted:
        wanted = spelled(variant, forgive)
        allowed = 0 if len(wanted) < 4 else 1 if len(wanted) < 8 else 2
        if abs(len(typed) - len(wanted)) <= allowed and 0 < distance(typed, wanted) <= allowed:
            return True
    return False


def matches(text, accepted, forgive):
    """Whether the text is one of the accepted ones."""
    return spelled(text, forgive) in {spelled(variant, forgive) for variant in accepted}
