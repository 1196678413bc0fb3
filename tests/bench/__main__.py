"""The stages: servers, data, the product; then the command `bench` plays on each.

On PostgreSQL everything is played; on SQLite, the boards of cohorts and their files.
"""

import argparse
import asyncio
import os
import sys
from dataclasses import replace

from config.run import place, processes
from tests.faults.mail import Sink
from tests.stage import run, stage


def main():
    """Build the stage, play, take it down. The status is that of the command, or 1 when it could not play."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("--takers", type=int, default=300, help="people who answer a quiz at once (300)")
    options.add_argument("--enrolments", type=int, default=100_000, help="enrolments in all (100000); at least 12000")
    options.add_argument("--only", choices=["boards", "attestations"], help="nothing else")
    os.environ.setdefault("WEB_WORKERS", str(os.cpu_count()))
    os.environ.setdefault("WORKER_CONCURRENCY", str(os.cpu_count()))
    return run(play(options.parse_args()))


async def play(asked):
    """Everything, in a folder that is gone afterwards."""
    async with stage("bench", settings="tests.bench.settings") as here:
        async with here.postgresql():
            served = await on_postgresql(here, here.folder / "on-postgresql", asked)
        if asked.only == "attestations":
            return served
        del here.supervisor.env["DATABASE_URL"]
        return await on_sqlite(here, here.folder / "on-sqlite") or served


async def on_postgresql(here, var, asked):
    """Data, boards; then the web server and all the rest, among many other people; attestations at the end."""
    if asked.only == "attestations":
        await few(here, var)
        return await attestations(here)
    await fill(here, var)
    status = await bench(here, "boards")
    if asked.only:
        return status
    await add_people(here, f"--learners={max(asked.enrolments - 11_000, 1_000)} --no-answers")
    site = place.Place("127.0.0.1", 0, var)
    site = replace(site, port=place.free_port(site))
    here.supervisor.env["SITE_URL"] = f"https://{site.near}:{site.port}"
    await here.supervisor.until(lambda: processes.serves(site), here.supervisor.keep(processes.web(site)))
    status = await bench(here, "load", f"--port={site.port}", f"--takers={asked.takers}") or status
    return await attestations(here) or status


async def attestations(here):
    """By one process; then by a worker, with its broker and a mail server that takes no time."""
    status = await bench(here, "attestations")
    sink = Sink()
    await sink.open()
    here.supervisor.env["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
    here.supervisor.keep(processes.worker())
    status = await bench(here, "worker") or status
    sink.close()
    return status


async def on_sqlite(here, var):
    """Data in the file that the product makes where no server is named; then the boards."""
    await fill(here, var)
    return await bench(here, "boards")


async def bench(here, *words):
    """Play; what it prints goes to the terminal. Returns its status."""
    command = (sys.executable, "manage.py", "bench", *words)
    process = await asyncio.create_subprocess_exec(*command, env={**here.supervisor.env, "DATABASE_POOL": "false"})
    return await process.wait()


async def fill(here, var):
    """The tables, the tracks, one cohort of 1,000 and one of 10,000 in a track of forty steps."""
    await here.tables(var)
    for command in ("load_courses", "bench_track"):
        await here.manage(command)
    for size in (1_000, 10_000):
        await add_people(here, f"--learners={size} --cohort-size={size} --track=quarante-etapes")


async def few(here, var):
    """The tables, the tracks, and people enough for two thousand attestations."""
    await here.tables(var)
    await here.manage("load_courses")
    await add_people(here, "--learners=5000 --no-answers")


async def add_people(here, options):
    """People who do not exist: a demonstration takes them, production refuses."""
    await here.manage("seed_scale", *options.split(), settings="config.settings.embedded")


if __name__ == "__main__":
    sys.exit(main())
