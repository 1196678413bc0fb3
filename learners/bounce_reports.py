"""What a mail server says of a letter that did not arrive (RFC 3464): read from the bytes of its report. Pure.

Anybody may write to the mailbox where reports come: nothing here is trusted, and what cannot be read is no report.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError

# A report may bring the whole letter back, with its attestation.
LARGEST = 5 * 1024 * 1024
MOST = 20  # parts, recipients, identifiers: more is no report of one letter
LONGEST = 240

STATUS = re.compile(r"\s*([245])\.\d{1,3}\.\d{1,3}(?!\d)")
MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
# What breaks the parser of the standard library, and what comes out of it half made.
UNREADABLE = (AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class Refusal:
    """What became of the letter for one recipient; ``addresses`` are those that the report gives them, folded."""

    addresses: frozenset[str]
    permanent: bool
    diagnostic: str


@dataclass(frozen=True)
class Report:
    """The identifiers of the letter that it may be about, and a Refusal for each recipient."""

    message_ids: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def read(raw):
    """The Report of these bytes, or None for anything else."""
    if len(raw) > LARGEST:
        return None
    try:
        return _read(message_from_bytes(raw))
    except UNREADABLE:
        return None


def _read(message):
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    parts = message.get_payload()[:MOST]
    blocks = [
        block
        for part in parts
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()[: MOST + 1]
    ]
    refusals = tuple(found for block in blocks if (found := _refusal(block)))
    sources = [(_returned(part), "Message-ID") for part in parts]
    for one in (message, *blocks):
        sources += [
            (one, name) for name in ("Original-Message-ID", "X-Original-Message-ID", "In-Reply-To", "References")
        ]
    found = [one for headers, name in sources if headers for one in MESSAGE_ID.findall(_text(headers.get(name)))]
    return Report(message_ids=tuple(dict.fromkeys(found))[:MOST], refusals=refusals)


def _returned(part):
    """The headers of the letter that the report brings back, or None."""
    match part.get_content_type():
        case "message/rfc822" if part.is_multipart():
            return part.get_payload()[0]
        case "text/rfc822-headers" | "message/rfc822-headers":
            body = part.get_payload(decode=True) or b""
            return message_from_string(body.decode("utf-8", "replace"))
    return None


def _refusal(block):
    """The Refusal of a block of fields about a recipient; None for one that says nothing went wrong."""
    action = _text(block.get("Action")).casefold()
    addresses = frozenset(filter(None, (_address(block.get(f"{which}-Recipient")) for which in ("Original", "Final"))))
    if not addresses or action not in {"failed", "delayed"}:
        return None
    status = STATUS.match(_text(block.get("Status")))
    lasting = action == "failed" and (status is None or status[1] == "5")
    said = _text(block.get("Diagnostic-Code")) or _text(block.get("Status")) or action
    return Refusal(addresses=addresses, permanent=lasting, diagnostic=said[:LONGEST])


def _address(value):
    """« rfc822; nadia@example.org » is nadia@example.org."""
    return _text(value).rpartition(";")[2].strip(" <>").casefold()


def _text(value):
    """A header on one line, of characters that any database keeps; nothing for one that is absent."""
    line = re.sub(r"\s+", " ", str(value or "")).encode("utf-8", "replace").decode()
    return "".join(character for character in line if character.isprintable()).strip()
