"""Real servers for what is measured or broken on purpose: PostgreSQL, Redis, and the product as in production.

Built in a folder that is gone afterwards; `tests.bench` and `tests.faults` play on it.
"""

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.run import broker
from config.run.supervisor import CannotStart, Kept, Service, Supervisor

NO_POSTGRESQL = """Il manque un serveur PostgreSQL.
Sous Debian : sudo apt install postgresql
Ou donnez l’adresse d’un serveur où créer une base : make {command} DATABASE_URL=postgres://…"""

# What belongs to other products of this machine has no say here.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "SITE_URL", "SECRET_KEY", "EMAIL_URL", "MEDIA_ROOT", "VAR_DIR", "PORT", "HOST"}


@dataclass(frozen=True)
class Stage:
    """Where the play takes place: the ``name`` of the command, its folder, its processes, its servers."""

    name: str
    folder: Path
    supervisor: Supervisor
    redis: broker.Broker
    redis_kept: Kept
    own_database: bool

    async def manage(self, *words, settings=None):
        """Run a command of the product to its end, and tell its last words."""
        self.supervisor.say(f"  manage.py {' '.join(words)}")
        said = [line async for line in self.asked(*words, settings=settings)]
        if said:
            self.supervisor.say(f"    {said[-1]}")

    async def asked(self, *words, settings=None):
        """The lines that a command of the product prints."""
        settings = settings or self.supervisor.env["DJANGO_SETTINGS_MODULE"]
        command = ("env", f"DJANGO_SETTINGS_MODULE={settings}", sys.executable, "manage.py", *words)
        async for line in self.supervisor.lines("data", command):
            yield line

    async def tables(self, var):
        """The tables of an empty database, and what the product needs beside them, in this folder."""
        var.mkdir()
        self.supervisor.env["VAR_DIR"] = str(var)
        for command in ("migrate -v0", "createcachetable", "collectstatic -v0 --noinput"):
            await self.manage(*command.split())

    @asynccontextmanager
    async def postgresql(self):
        """An empty database: on the server that DATABASE_URL names, else on a cluster of our own; gives its process."""
        given = "" if self.own_database else os.environ.get("DATABASE_URL", "")
        server, kept = (given, None) if given.startswith("postgres") else await self.cluster()
        name = f"{self.name}_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        self.supervisor.env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        try:
            yield kept
        finally:
            if server == given:
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def cluster(self):
        """The address of a PostgreSQL of our own, as durable as its defaults make it, on a socket, and its process."""
        programs = max(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None
        )
        if programs is None:
            raise CannotStart(NO_POSTGRESQL.format(command=self.name))
        folder = self.folder / "postgresql"
        folder.mkdir()
        user = ()
        if os.geteuid() == 0:  # whom PostgreSQL refuses
            shutil.chown(folder, "postgres", "postgres")
            user = ("env", "-C", "/", "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
        data = folder / "data"
        make = ("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        async for _ in self.supervisor.lines("initdb", (*user, programs / make[0], *make[1:])):
            pass
        options = ("-D", data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}")
        server = f"postgres://postgres@/postgres?host={folder}"

        async def answers():
            try:
                await (await psycopg.AsyncConnection.connect(server)).close()
            except psycopg.OperationalError:
                return False
            return True

        kept = self.supervisor.keep(Service("postgresql", (*user, programs / "postgres", *options)))
        await self.supervisor.until(answers, kept)
        return server, kept


@asynccontextmanager
async def stage(name, *, settings, own_database=False):
    """A Stage with its Redis, for the command of that name; its folder and its processes are gone afterwards.

    With ``own_database`` the server that DATABASE_URL names is left alone.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    folder.chmod(0o711)  # the server of PostgreSQL may run as another user
    supervisor = Supervisor(
        env={name: value for name, value in os.environ.items() if name not in NOT_OURS},
        logs=folder,
        say=lambda words: print(words, flush=True),
    )
    try:
        redis = broker.own(folder)
        kept = supervisor.keep(redis.service)
        await supervisor.until(redis.answers, kept)
        supervisor.env |= {
            "DJANGO_SETTINGS_MODULE": settings,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "https://127.0.0.1",
            "REDIS_URL": redis.url,
        }
        yield Stage(name, folder, supervisor, redis, kept, own_database)
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(play):
    """Play to the end; the status is what it returns, or 1 when it could not play."""
    try:
        return asyncio.run(play)
    except CannotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
