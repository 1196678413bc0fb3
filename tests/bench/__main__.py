"""The stage: servers, data, the product; then the command `bench` plays on it."""

import argparse
import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.run import broker, place, processes
from config.run.supervisor import CannotStart, Service, Supervisor

NO_POSTGRESQL = """Il manque un serveur PostgreSQL.
Sous Debian : sudo apt install postgresql
Ou donnez l’adresse d’un serveur où créer une base : make bench DATABASE_URL=postgres://…"""

# What belongs to other products of this machine has no say here.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "SITE_URL", "SECRET_KEY", "EMAIL_URL", "MEDIA_ROOT", "VAR_DIR", "PORT", "HOST"}


def main():
    """Build the stage, play, take it down. The status is that of the command, or 1 when it could not play."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("--takers", type=int, default=300, help="people who answer a quiz at once (300)")
    options.add_argument("--enrolments", type=int, default=100_000, help="enrolments in all (100000); at least 12000")
    asked = options.parse_args()
    os.environ.setdefault("WEB_WORKERS", str(os.cpu_count()))
    try:
        return asyncio.run(play(asked))
    except CannotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def play(asked):
    """Everything, in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the server of PostgreSQL may run as another user
    supervisor = Supervisor(
        env={name: value for name, value in os.environ.items() if name not in NOT_OURS},
        logs=folder,
        say=lambda words: print(words, flush=True),
    )
    try:
        async with database(supervisor, folder):
            return await stage(supervisor, folder, asked)
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def stage(supervisor, folder, asked):
    """Redis, data, web; then the command."""
    here = place.Place("127.0.0.1", 0, folder / "var")
    here = replace(here, port=place.free_port(here))
    here.var.mkdir()
    redis = broker.own(here.var)
    await supervisor.until(redis.answers, supervisor.keep(redis.service))
    supervisor.env |= {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "VAR_DIR": str(here.var),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": here.near,
        "SITE_URL": f"https://{here.near}:{here.port}",
        "REDIS_URL": redis.url,
    }
    await fill(supervisor, asked.enrolments)
    await supervisor.until(lambda: processes.serves(here), supervisor.keep(processes.web(here)))
    command = (sys.executable, "manage.py", "bench", f"--port={here.port}", f"--takers={asked.takers}")
    process = await asyncio.create_subprocess_exec(*command, env={**supervisor.env, "DATABASE_POOL": "false"})
    return await process.wait()


async def fill(supervisor, enrolments):
    """The tables, the tracks, one cohort of 1,000, one of 10,000, and as many other people as asked."""
    first, second = "--learners=1000 --track=decideurs", "--learners=10000 --cohort-size=10000 --track=decideurs"
    others = f"--learners={max(enrolments - 11_000, 1_000)} --no-answers"
    commands = ["migrate -v0", "createcachetable", "collectstatic -v0 --noinput", "load_courses"]
    commands += [f"seed_scale {people}" for people in (first, f"{second} --no-answers", others)]
    for command in commands:
        supervisor.say(f"  manage.py {command}")
        # People who do not exist are added to a demonstration only: production refuses them.
        words = (
            "env",
            "DJANGO_SETTINGS_MODULE=config.settings.embedded",
            sys.executable,
            "manage.py",
            *command.split(),
        )
        async for _ in supervisor.lines("data", words):
            pass


@asynccontextmanager
async def database(supervisor, folder):
    """An empty database: on the server that DATABASE_URL names, else on a cluster of our own."""
    given = os.environ.get("DATABASE_URL", "")
    server = given if given.startswith("postgres") else await cluster(supervisor, folder / "postgresql")
    name = f"bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    supervisor.env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    try:
        yield
    finally:
        if server == given:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def cluster(supervisor, folder):
    """The address of a PostgreSQL of our own, as durable as its defaults make it, on a socket in this folder."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None)
    if programs is None:
        raise CannotStart(NO_POSTGRESQL)
    folder.mkdir()
    user = ()
    if os.geteuid() == 0:  # whom PostgreSQL refuses
        shutil.chown(folder, "postgres", "postgres")
        user = ("env", "-C", "/", "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
    data = folder / "data"
    make = ("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    async for _ in supervisor.lines("initdb", (*user, programs / make[0], *make[1:])):
        pass
    options = ("-D", data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}")
    server = f"postgres://postgres@/postgres?host={folder}"

    async def answers():
        try:
            await (await psycopg.AsyncConnection.connect(server)).close()
        except psycopg.OperationalError:
            return False
        return True

    await supervisor.until(answers, supervisor.keep(Service("postgresql", (*user, programs / "postgres", *options))))
    return server


if __name__ == "__main__":
    sys.exit(main())
