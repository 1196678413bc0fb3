"""The real product of one run of the tests: started as `make run` starts it, stopped as Ctrl-C stops it.

One product serves every process of the run: the first that needs it starts it, the last that
leaves stops it. Without servers in the environment it has its own SQLite file and its own Redis;
DATABASE_URL gets it a database of its own on that PostgreSQL server, REDIS_URL that Redis.

`python -m tests.browser.product FOLDER` starts it before the tests, which find it with
PRODUCT_FOLDER=FOLDER, and stops it on a signal.
"""

import contextlib
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN = 240  # seconds; from nothing, on a busy machine
STOPS_WITHIN = 60

# What the run of the tests has set for itself, and what must not decide where the product lives.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "HOST", "PORT", "SITE_URL", "SECRET_KEY", "VAR_DIR", "EMAIL_URL"}

# The processes that this one started, which it must wait for when they end.
CHILDREN: list[subprocess.Popen] = []


@dataclass(frozen=True)
class Product:
    """A product that runs, and what a person around it can see: pages, letters, the printed password."""

    folder: Path
    url: str
    pid: int
    sink: int
    chosen: dict  # what its environment has more than ours

    @property
    def var(self):
        """Everything it writes."""
        return self.folder / "var"

    @property
    def password(self):
        """The password of the demonstration accounts."""
        return (self.var / "demo-password").read_text().strip()

    @property
    def environment(self):
        """The environment of its processes, for whoever must act beside them."""
        return environment(self.chosen) | {
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            "SITE_URL": self.url,
            "REDIS_URL": os.environ.get("REDIS_URL") or f"redis+socket://{self.var}/redis/redis.sock?virtual_host=0",
        }

    def letters(self, address=None):
        """Every letter that left, in order of arrival; those to one address."""
        found = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.folder / "mail").glob("*.eml"))
        ]
        return [letter for letter in found if address in {None, letter["To"]}]

    def letter(self, address, subject, *, seconds=45):
        """The first letter to this address whose subject contains these words, waited for."""
        return until(
            lambda: next((one for one in self.letters(address) if subject in one["Subject"]), None),
            f"no letter « {subject} » to {address}",
            seconds=seconds,
        )


def until(find, complaint, *, seconds=20):
    """What ``find()`` gives as soon as it is true; an AssertionError after that many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline, complaint
        time.sleep(0.1)
    return found


def environment(chosen):
    """This process's environment without what belongs to the tests, and with what was chosen."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS and not name.startswith("PYTEST")}
    return {**kept, **chosen}


@contextlib.contextmanager
def shared(folder):
    """The Product of this run; the last to leave stops it, and no process of it may remain."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    with locked(folder):
        known = json.loads(state.read_text()) if state.exists() else {"users": 0, "product": start(folder)}
        known["users"] += 1
        state.write_text(json.dumps(known))
    try:
        yield Product(folder=folder, **known["product"])
    finally:
        with locked(folder):
            known = json.loads(state.read_text())
            known["users"] -= 1
            state.write_text(json.dumps(known))
            if not known["users"]:
                state.unlink()
                stop(Product(folder=folder, **known["product"]))


@contextlib.contextmanager
def locked(folder):
    """One process at a time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(folder):
    """Start the mail server and the product; give the fields of a Product."""
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.sink", folder / "mail"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    chosen = {
        "VAR_DIR": str(folder / "var"),
        "HOST": "127.0.0.1",
        "PORT": "0",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.stdout.readline().strip()}",
        # The journeys are made at any hour of any day.
        "LETTERS_FROM_HOUR": "0",
        "LETTERS_TO_HOUR": "24",
        "LETTERS_EVERY_DAY": "true",
        **own_database(os.environ.get("DATABASE_URL", "")),
    }
    sink.stdout.close()
    log = folder / "product.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.run"], cwd=ROOT, env=environment(chosen), stdout=output, stderr=output
        )

    def ready():
        assert process.poll() is None, log.read_text()
        return re.search(r"^READY (\S+)/$", log.read_text(), re.MULTILINE)

    CHILDREN.extend([sink, process])
    product = {"pid": process.pid, "sink": sink.pid, "chosen": chosen}
    try:
        return {"url": until(ready, "the product did not start", seconds=STARTS_WITHIN)[1], **product}
    except BaseException:
        stop(Product(folder=folder, url="", **product))
        raise


def stop(product):
    """Ctrl-C, and then nothing is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(product.pid, signal.SIGINT)
    try:
        until(lambda: not processes_of(product.var), "", seconds=STOPS_WITHIN)
    except AssertionError:
        raise AssertionError(f"left behind: {processes_of(product.var)}") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(product.sink, signal.SIGTERM)
        for child in CHILDREN:
            child.wait(timeout=STOPS_WITHIN)
        drop_own_database(product.chosen.get("DATABASE_URL", ""))


def processes_of(var):
    """The living processes whose environment names this folder, as (number, command) pairs."""
    mark = f"VAR_DIR={var}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (place / "environ").read_bytes().split(b"\0"):  # that of a zombie is empty
                found.append((int(place.name), (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return found


def own_database(server):
    """A new database on the PostgreSQL server that is named; nothing when none is."""
    if not server.startswith("postgres"):
        return {}
    name = f"browser_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {"DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}


def drop_own_database(address):
    """Remove what ``own_database`` made."""
    if address.startswith("postgres"):
        name = urlsplit(address).path.removeprefix("/")
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main():
    """Keep the product of that folder until a signal; fail when something of it is left afterwards."""
    asked_to_stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    with shared(Path(sys.argv[1])):
        asked_to_stop.wait()


if __name__ == "__main__":
    main()
