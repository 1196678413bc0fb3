"""The three processes of the product, as commands: the worker, the web, the clock."""

import asyncio
import contextlib
import os
import sys

from config.run.supervisor import Service


def worker():
    """Renders attestations and sends letters. It has time to finish what it is doing."""
    size = os.environ.get("WORKER_CONCURRENCY") or "2"
    command = ("celery", "-A", "config", "worker", "--concurrency", size, "--without-gossip", "--without-mingle")
    return Service("worker", (sys.executable, "-m", *command), patience=20)


def web(here):
    """Serves the pages; a web process that dies is replaced at once."""
    options = {
        "--interface": "wsgi",
        "--host": here.host,
        "--port": str(here.port),
        "--workers": os.environ.get("WEB_WORKERS") or "2",
        "--blocking-threads": "2",
        "--respawn-interval": "0.5",
        "--workers-kill-timeout": "5",
    }
    words = [word for option in options.items() for word in option]
    flags = ("--respawn-failed-workers", "--no-ws")
    return Service("web", (sys.executable, "-m", "granian", *words, *flags, "config.wsgi:application"))


def clock(here):
    """Ticks; each tick asks the database what is due, so one that is missed is caught up."""
    schedule = here.var / "clock-schedule"
    command = ("celery", "-A", "config", "beat", "--pidfile=", "--schedule", str(schedule))
    return Service("clock", (sys.executable, "-m", *command))


async def serves(here):
    """Whether the site answers, were it to say that a worker is still missing."""
    with contextlib.suppress(OSError, ValueError, IndexError, TimeoutError):
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(here.near, here.port)
            try:
                writer.write(
                    f"GET /sante/ HTTP/1.1\r\nHost: {here.near}:{here.port}\r\nConnection: close\r\n\r\n".encode()
                )
                status = int((await reader.readline()).split()[1])
            finally:
                writer.close()
            return status < 500 or status == 503
    return False
