"""Each fault, in the middle of 200 attestations and 400 letters. Nobody repairs anything afterwards."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from config.run import processes
from config.run.supervisor import Service
from tests.faults.scene import PEOPLE, Scene

MIDDLE = (60, 150, 260)  # letters accepted when the fault strikes


@dataclass(frozen=True)
class Play:
    """A fault: its name, what happens, and how many letters may have been accepted in the instant of a kill."""

    name: str
    act: Callable[[Scene], Awaitable[None]]
    tolerated: int = 0


async def nothing(scene):
    """No fault, for comparison."""
    await scene.causes()


async def killed_worker(scene):
    """The worker and its children, three times in the middle of their work."""
    causes = asyncio.create_task(scene.causes())
    for count in MIDDLE:
        await scene.accepted(count)
        scene.kill("worker")
        await asyncio.sleep(5)  # it is there again
    await causes


async def empty_broker(scene):
    """Redis loses everything that waits in it, and is killed; its supervisor starts it again."""
    await scene.halt("worker")
    await scene.causes()
    await scene.flush()
    scene.stage.redis_kept.process.kill()
    await asyncio.sleep(5)
    scene.begin("worker")


async def absent_broker(scene):
    """Redis does not answer for twenty seconds, while people finish."""
    process = scene.stage.redis_kept.process
    process.send_signal(signal.SIGSTOP)
    causes = asyncio.create_task(scene.causes())
    await asyncio.sleep(20)
    process.send_signal(signal.SIGCONT)
    await causes


async def mail_away(scene):
    """Nobody listens for mail for twenty seconds, then the server asks to come back later for twenty more."""
    scene.sink.close()
    await scene.causes()
    await asyncio.sleep(20)
    scene.sink.answer = "451 come back later"
    await scene.sink.open()
    await asyncio.sleep(20)
    scene.sink.answer = "250 OK"


async def mail_slow(scene):
    """The mail server thinks for half a second about each letter."""
    scene.sink.seconds = 0.5
    await scene.causes()
    await scene.accepted(PEOPLE)
    scene.sink.seconds = 0


async def mail_hangs_up(scene):
    """The mail server hangs up in the middle of forty letters."""
    scene.sink.cut = 40
    await scene.causes()


async def crowd(scene):
    """Two clocks and four workers."""
    others = ["clock-2", *(f"worker-{number}" for number in (2, 3, 4))]
    for name in others:
        scene.begin_again(name)
    await asyncio.sleep(8)
    await scene.causes()
    await scene.accepted(2 * PEOPLE)
    await asyncio.sleep(35)  # each clock has asked once more
    for name in others:
        await scene.halt(name)


async def database_away(scene):
    """PostgreSQL is stopped at once, twice; its supervisor starts it again."""
    causes = asyncio.create_task(scene.causes())
    for count in MIDDLE[:2]:
        await scene.accepted(count)
        scene.postgresql.process.send_signal(signal.SIGQUIT)
        await asyncio.sleep(5)
    await causes


async def disk_full(scene):
    """The worker may not write one byte to any file: as on a full disk, until there is room again."""
    await scene.halt("worker")
    worker = processes.worker()
    scene.begin("worker", Service(worker.name, ("prlimit", "--fsize=0", *worker.command), worker.patience))
    await scene.causes()
    await asyncio.sleep(30)
    await scene.halt("worker")
    scene.begin("worker")


async def stopped_clock(scene):
    """Clock, worker and broker are away for two days, and what waited is two days late."""
    await scene.halt("clock")
    await scene.halt("worker")
    await scene.causes()
    await scene.flush()
    late = "UPDATE learners_letter SET due_at = due_at - %s WHERE address LIKE %s || '-%%'"
    await scene.database(late, timedelta(days=2), scene.play)
    scene.begin("worker")
    scene.begin("clock")


PLAYS = (
    Play("aucune", nothing),
    Play("worker tué trois fois (kill -9)", killed_worker, tolerated=len(MIDDLE)),
    Play("Redis vidé puis tué, 400 tâches en attente", empty_broker),
    Play("Redis muet vingt secondes", absent_broker),
    Play("courrier coupé 20 s, puis refus 451 pendant 20 s", mail_away),
    Play("courrier lent (0,5 s par message)", mail_slow),
    Play("courrier qui raccroche au milieu de 40 messages", mail_hangs_up),
    Play("deux horloges et quatre workers", crowd),
    Play("PostgreSQL arrêté net, deux fois", database_away),
    Play("disque plein pour le worker", disk_full),
    Play("horloge, worker et Redis absents deux jours", stopped_clock),
)
