"""A mail server whose manners change while it runs, and which remembers what it accepted."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP


@dataclass
class Sink:
    """``accepted`` counts each (address, Message-ID): what the server answered 250 to, or meant to.

    ``answer`` is what it says to a message, ``seconds`` how long it thinks before, ``cut`` whether it hangs up in the
    middle of the next messages, that many times.
    """

    answer: str = "250 OK"
    seconds: float = 0
    cut: int = 0
    accepted: Counter = field(default_factory=Counter)
    server: asyncio.Server | None = None
    port: int = 0

    async def open(self):
        """Listen, on the same port each time."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: SMTP(self), "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def close(self):
        """Refuse connections."""
        self.server.close()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — the name is aiosmtpd's
        if self.cut:
            self.cut -= 1
            server.transport.abort()
            return "451 cut"
        await asyncio.sleep(self.seconds)
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            for address in envelope.rcpt_tos:
                self.accepted[address, message["Message-ID"]] += 1
        return self.answer

    def count(self, play):
        """How many messages it accepted for the people of this play."""
        return sum(times for (address, _), times in self.accepted.items() if address.startswith(f"{play}-"))
