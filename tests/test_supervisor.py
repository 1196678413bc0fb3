"""The process behind `make run`, tried on real processes that do nothing."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.run import place
from config.run.supervisor import CannotStart, Service, Supervisor

LIVE = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
LAST_WORD = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(time.time_ns(), flush=True)))
print(0, flush=True)
time.sleep(60)
"""
PARENT = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"


def service(name, code, **options):
    return Service(name, (sys.executable, "-S", "-c", code), **options)


def supervised(tmp_path, story):
    """Run ``await story(supervisor)``, stop everything, and give what the person was told."""
    told = []

    async def run():
        supervisor = Supervisor(env=os.environ, logs=tmp_path, say=told.append)
        try:
            await story(supervisor)
        finally:
            await supervisor.stop()

    asyncio.run(run())
    return told


async def pid_of(tmp_path, name):
    """The number that a service wrote in its log."""
    log = tmp_path / f"{name}.log"
    while not (log.exists() and log.read_text().endswith("\n")):
        await asyncio.sleep(0.01)
    return int(log.read_text().split()[-1])


def alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


async def until(true, seconds=5):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


TELL_PID = "import os; print(os.getpid(), flush=True); " + LIVE


def test_a_process_that_is_killed_is_started_again(tmp_path):
    async def story(supervisor):
        supervisor.keep(service("site", TELL_PID))
        first = await pid_of(tmp_path, "site")
        os.kill(first, signal.SIGKILL)
        log = tmp_path / "site.log"
        await until(lambda: log.read_text().split()[-1] != str(first))

    told = f"  « site » s’est arrêté (signal 9) : nouveau départ. Journal : {tmp_path / 'site.log'}"
    assert supervised(tmp_path, story) == [told]


def test_a_process_that_dies_again_and_again_is_started_less_and_less_often(tmp_path):
    async def story(supervisor):
        kept = supervisor.keep(service("site", "print('alive')"))
        await until(lambda: kept.deaths == 3)

    started = time.monotonic()
    supervised(tmp_path, story)
    assert time.monotonic() - started > 0.2 + 0.4


def test_a_first_start_without_hope_is_given_up_with_its_last_words(tmp_path):
    async def never():
        return False

    async def story(supervisor):
        kept = supervisor.keep(service("site", "raise SystemExit('no such table')"))
        await supervisor.until(never, kept)

    with pytest.raises(CannotStart, match=r"(?s)« site » a échoué.*no such table") as refusal:
        supervised(tmp_path, story)
    assert str(tmp_path / "site.log") in str(refusal.value)


def test_a_program_that_is_missing_is_told_like_any_other_death(tmp_path):
    async def story(supervisor):
        kept = supervisor.keep(Service("site", (str(tmp_path / "nowhere"),)))
        await until(lambda: kept.deaths == 1)

    assert "No such file" in supervised(tmp_path, story)[0]


def test_what_was_started_last_is_stopped_first(tmp_path):
    async def story(supervisor):
        for name in ("broker", "worker", "web", "clock"):
            supervisor.keep(service(name, LAST_WORD))
            await pid_of(tmp_path, name)

    supervised(tmp_path, story)
    ends = {
        name: int((tmp_path / f"{name}.log").read_text().split()[1]) for name in ("broker", "worker", "web", "clock")
    }
    assert sorted(ends, key=ends.get) == ["clock", "web", "worker", "broker"]


def test_what_does_not_stop_in_time_is_killed(tmp_path):
    async def story(supervisor):
        supervisor.keep(service("worker", STUBBORN, patience=0.3))
        await until(lambda: (tmp_path / "worker.log").exists() and (tmp_path / "worker.log").read_text())

    started = time.monotonic()
    supervised(tmp_path, story)
    assert time.monotonic() - started < 5


def test_a_second_signal_waits_for_nobody(tmp_path):
    async def story(supervisor):
        supervisor.keep(service("worker", STUBBORN, patience=60))
        await until(lambda: (tmp_path / "worker.log").exists() and (tmp_path / "worker.log").read_text())
        supervisor.hurry()

    started = time.monotonic()
    supervised(tmp_path, story)
    assert time.monotonic() - started < 5


def test_the_children_of_a_dead_process_do_not_outlive_it(tmp_path):
    async def story(supervisor):
        kept = supervisor.keep(service("worker", PARENT))
        child = await pid_of(tmp_path, "worker")
        os.kill(os.getpgid(child), signal.SIGKILL)
        await until(lambda: kept.deaths == 1 and not alive(child))

    supervised(tmp_path, story)


def test_the_children_of_a_stopped_process_do_not_outlive_it(tmp_path):
    children = []

    async def story(supervisor):
        supervisor.keep(service("worker", PARENT))
        children.append(await pid_of(tmp_path, "worker"))

    supervised(tmp_path, story)
    asyncio.run(until(lambda: not any(map(alive, children))))


def test_a_ctrl_c_in_the_terminal_reaches_only_the_supervisor(tmp_path):
    async def story(supervisor):
        supervisor.keep(service("worker", TELL_PID))
        pid = await pid_of(tmp_path, "worker")
        assert os.getsid(pid) == os.getpgid(pid) == pid

    supervised(tmp_path, story)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_processes_end_with_a_supervisor_that_is_killed(tmp_path):
    code = f"""
import asyncio, os, pathlib, sys
from config.run.supervisor import Service, Supervisor
async def main():
    supervisor = Supervisor(env=os.environ, logs=pathlib.Path({str(tmp_path)!r}), say=print)
    supervisor.keep(Service("worker", (sys.executable, "-S", "-c", {TELL_PID!r})))
    await asyncio.Event().wait()
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=place.ROOT)
    pid = asyncio.run(pid_of(tmp_path, "worker"))
    supervisor.kill()
    supervisor.wait()
    asyncio.run(until(lambda: not alive(pid)))


def test_a_step_gives_its_lines_as_they_come(tmp_path):
    lines = []

    async def story(supervisor):
        code = "import sys; print('Base de données'); print('noise', file=sys.stderr); print('Parcours')"
        lines.extend([line async for line in supervisor.lines("prepare", (sys.executable, "-c", code))])

    supervised(tmp_path, story)
    assert lines == ["Base de données", "Parcours"]
    assert (tmp_path / "prepare.log").read_text() == "noise\n"


def test_a_step_that_fails_stops_the_start_with_its_last_words(tmp_path):
    async def story(supervisor):
        async for _ in supervisor.lines("prepare", (sys.executable, "-c", "raise SystemExit('disk full')")):
            pass

    with pytest.raises(CannotStart, match="disk full"):
        supervised(tmp_path, story)


def test_an_interrupted_step_is_ended(tmp_path):
    async def story(supervisor):
        async def step():
            async for _ in supervisor.lines(
                "prepare", (sys.executable, "-c", "import sys; sys.stdout = sys.stderr; " + TELL_PID)
            ):
                pass

        task = asyncio.create_task(step())
        pid = await pid_of(tmp_path, "prepare")
        task.cancel()
        await asyncio.wait({task})
        assert not alive(pid)

    supervised(tmp_path, story)


def test_one_product_runs_in_a_folder_at_a_time(tmp_path):
    here = place.read({"VAR_DIR": str(tmp_path), "PORT": "0"})
    with place.taken(here) as (first, _):
        told = f"Déjà en marche dans ce dossier : {first.url}/"
        with pytest.raises(CannotStart, match=told), place.taken(here):
            pass
    with place.taken(here):
        pass


def test_a_start_after_a_crash_waits_for_the_last_process_of_the_product(tmp_path):
    crash = f"""
import subprocess
from pathlib import Path
from config.run import place
with place.taken(place.Place("127.0.0.1", 0, Path({str(tmp_path)!r}))) as (_, lock):
    print(subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()], stdout=subprocess.DEVNULL).pid)
"""
    crashed = subprocess.run(
        [sys.executable, "-c", crash], cwd=place.ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    last = int(crashed.stdout)
    threading.Timer(0.2, os.kill, (last, signal.SIGKILL)).start()
    with place.taken(place.read({"VAR_DIR": str(tmp_path), "PORT": "0"})):
        assert not alive(last)


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        here = place.read({"VAR_DIR": str(tmp_path), "PORT": str(port)})
        told = f"(?s)Le port {port} est déjà pris.*PORT={port + 1}"
        with pytest.raises(CannotStart, match=told), place.taken(here):
            pass


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_a_port_that_is_no_port_is_told(port):
    with pytest.raises(CannotStart, match="PORT doit être un nombre"):
        place.read({"PORT": port})


def test_the_public_address_follows_the_port_unless_it_is_given():
    here = place.read({"PORT": "8042"})
    assert here.environ({})["SITE_URL"] == "http://127.0.0.1:8042"
    assert here.environ({"SITE_URL": "https://demo.example"})["SITE_URL"] == "https://demo.example"
