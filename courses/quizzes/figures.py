"""Numbers as French people type them: « 1 234,5 », « 12,5 % », « −3 »."""

import re
from decimal import Decimal

NUMBER = re.compile(
    r"(?P<sign>[-+\u2212\u2013])?\s*"
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[.,]\d+)"
    r"\s*(?P<unit>[^\d\s.,].*)?"
)
LONGEST_NUMBER = 40  # digits and signs: beyond, it is not a measure but an attack


def parse(text):
    """(value, unit as typed) of a text, or None when it is not a number."""
    found = NUMBER.fullmatch(text.strip())
    if not found or len(found["number"]) > LONGEST_NUMBER:
        return None
    number = decimal(re.sub(r"\s", "", found["number"]))
    if number is None:
        return None
    negative = found["sign"] not in {None, "+"}
    return (-number if negative else number), (found["unit"] or "").strip()


def decimal(digits):
    """The value of digits with one decimal mark at most, and groups of thousands that make sense."""
    commas, dots = digits.count(","), digits.count(".")
    if commas and dots:
        # The mark that comes last is the decimal one; the other one separates thousands.
        mark, group = (",", ".") if digits.rfind(",") > digits.rfind(".") else (".", ",")
        if digits.count(mark) > 1 or not re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+\{mark}\d+", digits):
            return None
        digits = digits.replace(group, "").replace(mark, ".")
    elif commas + dots > 1:
        mark = "," if commas else "."
        if not re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}})+", digits):
            return None
        digits = digits.replace(mark, "")
    return Decimal(digits.replace(",", "."))


def written(number):
    """A number as one writes it in French: 1 234,5."""
    text = f"{number.normalize():,f}"
    return text.replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")
