"""A mailbox read by IMAP over TLS, message by message."""

import ssl
from dataclasses import dataclass
from imaplib import IMAP4, IMAP4_SSL
from urllib.parse import unquote, urlsplit

SECONDS = 10  # for any answer of the server
MOST = 200  # messages at a time; the next time reads the others


@dataclass(frozen=True)
class Place:
    """Where a mailbox is, and who opens it."""

    host: str
    port: int
    user: str
    password: str
    folder: str


def place(url):
    """The Place of « imaps://user:password@host:993/folder »; raises ValueError for another address."""
    parts = urlsplit(url)
    if parts.scheme != "imaps" or not (parts.hostname and parts.username and parts.password):
        raise ValueError("imaps://user:password@host:993/folder")
    return Place(
        host=parts.hostname,
        port=parts.port or 993,
        user=unquote(parts.username),
        password=unquote(parts.password),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def unread(url, *, largest):
    """The bytes of each unread message, as far as one byte after the largest wanted.

    A message is marked as read when the next one is asked for: whoever dies in between reads it again.
    """
    where = place(url)
    with IMAP4_SSL(where.host, where.port, ssl_context=ssl.create_default_context(), timeout=SECONDS) as box:
        box.login(where.user, where.password)
        folder = where.folder.replace("\\", "\\\\").replace('"', '\\"')
        _answer(box.select(f'"{folder}"'))
        for uid in _answer(box.uid("SEARCH", "UNSEEN"))[0].split()[:MOST]:
            parts = _answer(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{largest + 1}>)"))
            yield next((part[1] for part in parts if isinstance(part, tuple)), b"")
            _answer(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))


def _answer(response):
    """The data of an answer; raises IMAP4.error for a refusal."""
    status, data = response
    if status != "OK":
        raise IMAP4.error(status)
    return data
