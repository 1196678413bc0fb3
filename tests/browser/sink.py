"""A real mail server that accepts everything: each message becomes a file of the folder that is named.

`python -m tests.browser.sink FOLDER` prints the port it listens on, and runs until it is ended.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Sink:
    """Writes each message as it came, under its number; a file that is there is whole."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — the name is aiosmtpd's
        name = f"{next(self.numbers):05}"
        partial = self.folder / f"{name}.part"
        partial.write_bytes(envelope.content)
        partial.rename(self.folder / f"{name}.eml")
        return "250 OK"


async def main(folder):
    """Listen on a free port of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = Sink(folder)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
