"""The stages: servers, data, the product; then the command `bench` plays on each.

On PostgreSQL everything is played; on SQLite, the boards of cohorts and their files.
"""

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
    options.add_argument("--only", choices=["boards"], help="only the boards of cohorts and their files")
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
        redis = broker.own(folder)
        await supervisor.until(redis.answers, supervisor.keep(redis.service))
        supervisor.env |= {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "https://127.0.0.1",
            "REDIS_URL": redis.url,
        }
        async with database(supervisor, folder):
            served = await on_postgresql(supervisor, folder / "on-postgresql", asked)
        del supervisor.env["DATABASE_URL"]
        return await on_sqlite(supervisor, folder / "on-sqlite") or served
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def on_postgresql(supervisor, var, asked):
    """Data, boards; then the web server and all the rest, among many other people."""
    await fill(supervisor, var)
    status = await bench(supervisor, "boards")
    if asked.only:
        return status
    await add_people(supervisor, f"--learners={max(asked.enrolments - 11_000, 1_000)} --no-answers")
    here = place.Place("127.0.0.1", 0, var)
    here = replace(here, port=place.free_port(here))
    supervisor.env["SITE_URL"] = f"https://{here.near}:{here.port}"
    await supervisor.until(lambda: processes.serves(here), supervisor.keep(processes.web(here)))
    return await bench(supervisor, "load", f"--port={here.port}", f"--takers={asked.takers}") or status


async def on_sqlite(supervisor, var):
    """Data in the file that the product makes where no server is named; then the boards."""
    await fill(supervisor, var)
    return await bench(supervisor, "boards")


async def bench(supervisor, *words):
    """Play; what it prints goes to the terminal. Returns its status."""
    command = (sys.executable, "manage.py", "bench", *words)
    process = await asyncio.create_subprocess_exec(*command, env={**supervisor.env, "DATABASE_POOL": "false"})
    return await process.wait()


async def fill(supervisor, var):
    """The tables, the tracks, one cohort of 1,000 and one of 10,000 in a track of forty steps."""
    var.mkdir()
    supervisor.env["VAR_DIR"] = str(var)
    for command in ("migrate -v0", "createcachetable", "collectstatic -v0 --noinput", "load_courses", "bench_track"):
        await manage(supervisor, *command.split())
    for size in (1_000, 10_000):
        await add_people(supervisor, f"--learners={size} --cohort-size={size} --track=quarante-etapes")


async def add_people(supervisor, options):
    """People who do not exist: a demonstration takes them, production refuses."""
    await manage(supervisor, "seed_scale", *options.split(), settings="config.settings.embedded")


async def manage(supervisor, *words, settings="tests.bench.settings"):
    """Run a command to its end, and tell its last words."""
    supervisor.say(f"  manage.py {' '.join(words)}")
    command = ("env", f"DJANGO_SETTINGS_MODULE={settings}", sys.executable, "manage.py", *words)
    said = [line async for line in supervisor.lines("data", command)]
    if said:
        supervisor.say(f"    {said[-1]}")


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
