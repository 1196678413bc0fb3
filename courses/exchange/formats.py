"""The formats, by name, and how to tell them apart."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from courses.exchange import aiken, gift, moodle_xml, moodle_xml_out


@dataclass(frozen=True)
class Format:
    """A format that is read."""

    label: str
    read: Callable


@dataclass(frozen=True)
class TwoWayFormat(Format):
    """A format that is written too."""

    write: Callable
    suffix: str
    media_type: str = "text/plain"


WRITABLE = {
    "gift": TwoWayFormat("GIFT", gift.read, gift.write, "gift.txt"),
    "xml": TwoWayFormat("Moodle XML", moodle_xml.read, moodle_xml_out.write, "xml", "application/xml"),
}
FORMATS = {**WRITABLE, "aiken": Format("Aiken", aiken.read)}
AIKEN = re.compile(r"^[ \t]*ANSWER[ \t]*:[ \t]*[A-Z][ \t]*$", re.MULTILINE | re.IGNORECASE)


def guess(text):
    """The name of the format of a text."""
    if text.lstrip().startswith("<"):
        return "xml"
    return "aiken" if AIKEN.search(text) and "{" not in text else "gift"
