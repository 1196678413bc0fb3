"""A browser reduced to what a server sees of it: one open connection, cookies, forms."""

import asyncio
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

PATIENCE = 60  # seconds for one answer; a person would have left


@dataclass(frozen=True)
class Answer:
    """What came back: status, lower-case headers, body, and how many seconds it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self):
        """The body as text."""
        return self.body.decode()


class Visitor:
    """Speaks HTTP/1.1 to the server, as a proxy that has ended TLS does."""

    def __init__(self, port, session, csrf):
        self.port = port
        self.cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: csrf}
        self.connection = None

    @classmethod
    def signed_in(cls, port, person):
        """A browser in which this person has signed in."""
        client = Client()
        client.force_login(person)
        return cls(port, client.cookies[settings.SESSION_COOKIE_NAME].value, secrets.token_hex(16))

    def again(self):
        """The same browser, on a second connection."""
        return Visitor(self.port, *self.cookies.values())

    async def get(self, path, **headers):
        """Ask for a page."""
        return await self.ask("GET", path, headers=headers)

    async def post(self, path, fields):
        """Send a form, as a button does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", path, urlencode(fields).encode(), headers)

    async def post_json(self, path, fields):
        """Send fields as the script of the quiz does, which asks for JSON."""
        mark = "----bench"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
        ]
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Accept": "application/json"}
        return await self.ask("POST", path, "".join([*parts, f"--{mark}--\r\n"]).encode(), headers)

    async def ask(self, method, path, body=b"", headers=None):
        """One exchange. Raises OSError or TimeoutError when the server gives none."""
        host = f"127.0.0.1:{self.port}"
        lines = {
            "Host": host,
            "Origin": f"https://{host}",
            "X-Forwarded-Proto": "https",
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        began = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            # A server closes a connection that has been silent for long; a browser opens another.
            if self.connection is None or self.connection[0].at_eof():
                self.leave()
                self.connection = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.connection
            writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
            status, answered, content = await read(reader)
        return Answer(status, answered, content, time.perf_counter() - began)

    def leave(self):
        """Close the connection."""
        if self.connection:
            self.connection[1].close()
            self.connection = None


async def read(reader):
    """One HTTP answer: status, headers, body."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        if "chunked" in headers.get("transfer-encoding", ""):
            body = b""
            while size := int(await reader.readline(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
    except asyncio.IncompleteReadError as cut:
        raise ConnectionResetError("the server closed the connection") from cut
    return int(head[0].split()[1]), headers, body
