"""Starts everything, says where it is, and stops everything: the process behind `make run`."""

import asyncio
import contextlib
import os
import signal
import sys

from config.run import broker, place, processes
from config.run.supervisor import CannotStart, Supervisor
from config.run.terminal import Terminal
from config.run.welcome import welcome


def main():
    """Run the product of this folder until a signal; the exit status is 0 unless it could not start."""
    os.chdir(place.ROOT)
    terminal = Terminal()
    try:
        with place.taken(place.read(os.environ)) as (here, lock):
            asyncio.run(run(here, lock, terminal))
    except CannotStart as reason:
        terminal.say(f"\n{reason}")
        return 1
    except KeyboardInterrupt:  # before there was anything to stop
        return 0
    return 0


async def run(here, lock, terminal):
    """Start, wait for a signal, stop. A second signal kills what has not ended yet."""
    own = None if os.environ.get("REDIS_URL") else broker.own(here.var)
    supervisor = Supervisor(
        env=here.environ(os.environ), logs=place.fresh_logs(here), say=terminal.say, held=(lock.fileno(),)
    )
    story = asyncio.create_task(tell(here, own, supervisor, terminal))

    def interrupt():
        if story.done() or story.cancelling():
            supervisor.hurry()
        else:
            terminal.say("\nArrêt en cours…")
            story.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup make run
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await story
    finally:
        await supervisor.stop()
        if own:
            own.forget_socket()
    terminal.say("Tout est arrêté.")


async def tell(here, own, supervisor, terminal):
    """The start in order: broker, database, processes; then nothing more to do."""
    if own:
        terminal.begin("File des tâches (Redis)")
        await start_broker(own, supervisor)
        supervisor.env["REDIS_URL"] = own.url
    terminal.begin("Vérifications")
    async for title in supervisor.lines("prepare", (sys.executable, "-m", "config.run.prepare")):
        terminal.begin(title)
    terminal.begin("Site, tâches de fond et horloge")
    supervisor.keep(processes.worker())
    web = supervisor.keep(processes.web(here))
    supervisor.keep(processes.clock(here))
    await supervisor.until(lambda: processes.serves(here), web)
    terminal.end()
    terminal.say(welcome(here, letters_on_disk=not os.environ.get("EMAIL_URL")))
    if not terminal.live:
        terminal.say(f"READY {here.url}/")
    await terminal.closed()


async def start_broker(own, supervisor):
    """Wait until the broker answers; when it cannot read its data, start it on none.

    The database knows all that is left to do: losing the data delays, and loses nothing.
    """
    try:
        await supervisor.until(own.answers, supervisor.keep(own.service))
    except CannotStart:
        await supervisor.stop()
        supervisor.say(f"  Les tâches en attente sont illisibles ; mises de côté : {own.set_data_aside()}")
        await supervisor.until(own.answers, supervisor.keep(own.service))


if __name__ == "__main__":
    sys.exit(main())
