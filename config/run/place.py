"""Where this product runs: its address, its folder, and what the environment has chosen."""

import contextlib
import dataclasses
import errno
import fcntl
import os
import socket
import time
from pathlib import Path

from config.run.supervisor import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent

REFUSALS: dict[int | None, str] = {
    errno.EADDRINUSE: (
        "Le port {port} est déjà pris par un autre programme.\n"
        "Choisissez-en un autre, par exemple : make run PORT={other}"
    ),
    errno.EACCES: "Le port {port} demande les droits d’administration. Choisissez-en un autre : make run PORT=8000",
}


@dataclasses.dataclass(frozen=True)
class Place:
    """An address to listen on, and the folder of everything that is written."""

    host: str
    port: int
    var: Path

    @property
    def url(self):
        """Where a browser on this machine finds the site."""
        return f"http://{self.near}:{self.port}"

    @property
    def near(self):
        """The host to call from this machine."""
        return "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 — compared, not bound

    def environ(self, given):
        """The environment of every process of the product, from the one that was given."""
        return {
            **given,
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            "VAR_DIR": str(self.var),
            "SITE_URL": given.get("SITE_URL") or self.url,
            "PYTHONUNBUFFERED": "1",
        }


def read(given):
    """The place that HOST, PORT and VAR_DIR describe; raises CannotStart if PORT is no port."""
    host, port = given.get("HOST") or "127.0.0.1", given.get("PORT") or "8000"
    if not port.isdecimal() or int(port) > 65535:
        raise CannotStart(f"PORT doit être un nombre de 0 à 65535, pas « {port} ».")
    var = ROOT / (given.get("VAR_DIR") or "var")
    return Place(host, int(port), var)


@contextlib.contextmanager
def taken(place, seconds=15):
    """Hold the folder and the port for one product; give the place with its port, and the open lock.

    The processes inherit the lock, which lasts as long as one of them: a start just after a crash
    waits for the last to end.
    """
    place.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with (place.var / "run.lock").open("a+") as lock:
        while not locked(lock):
            lock.seek(0)
            owner, _, url = lock.read().partition(" ")
            if alive(owner) or time.monotonic() > deadline:
                raise CannotStart(f"Déjà en marche dans ce dossier : {url}\nPour l’arrêter : Ctrl-C dans son terminal.")
            time.sleep(0.1)
        place = dataclasses.replace(place, port=free_port(place))
        lock.truncate(0)
        lock.write(f"{os.getpid()} {place.url}/")
        lock.flush()
        yield place, lock


def free_port(place):
    """The port of the place if nobody has it, or any free one where it asks for 0."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((place.host, place.port))
        except OSError as error:
            reason = REFUSALS.get(error.errno, "Impossible d’écouter sur {host}, port {port} : {error}.")
            reason = reason.format(host=place.host, port=place.port, other=place.port + 1, error=error)
            raise CannotStart(reason) from error
        return one.getsockname()[1]


def locked(lock):
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network disks have no locks
        pass
    return True


def alive(pid):
    """Whether the process that wrote its number in the lock still runs."""
    return pid.isdecimal() and Path(f"/proc/{pid}").exists()


def fresh_logs(place):
    """The folder of the logs, with those of the start before kept aside."""
    logs = place.var / "log"
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
    return logs
