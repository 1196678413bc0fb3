"""Keeps processes alive, and ends them in order without leaving one behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds before a dead process is started again
STEADY = 10.0  # a process that lived this long had started well
HOPELESS = 3  # deaths in a row after which a first start is given up

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(Exception):
    """The product cannot start; the text is the sentence that the person reads."""


@dataclass(frozen=True)
class Service:
    """A process that must be there as long as the product runs.

    It gets ``patience`` seconds to end by itself once asked to.
    """

    name: str
    command: tuple[str, ...]
    patience: float = 10.0


class Supervisor:
    """Starts processes in sessions of their own, so that a Ctrl-C reaches only this one.

    ``env`` is what they see, ``logs`` the folder that receives what they write, ``say`` tells the
    person. ``held`` are open files that they inherit: a lock on one lasts as long as one of them.
    """

    def __init__(self, *, env, logs, say, held=()):
        self.env = dict(env)
        self.logs = logs
        self.say = say
        self.held = held
        self.kept = []
        self.hurried = asyncio.Event()

    def keep(self, service):
        """Start a service and keep it alive until `stop`."""
        kept = Kept(service, self)
        self.kept.append(kept)
        return kept

    async def stop(self):
        """End the services one after the other, the last started first."""
        while self.kept:
            await self.kept.pop().stop()

    def hurry(self):
        """Wait for nothing more: what has not ended yet is killed."""
        self.hurried.set()

    async def lines(self, name, command):
        """Run a command to its end, giving each line that it prints; raise CannotStart if it fails."""
        process = await self.spawn(name, command, stdout=asyncio.subprocess.PIPE)
        try:
            async for line in process.stdout:
                yield line.decode(errors="replace").rstrip()
            await process.wait()
        finally:
            await self.end(process, patience=10)
        if process.returncode:
            raise CannotStart(self.last_words(name))

    async def until(self, ready, kept, seconds=120):
        """Wait until ``await ready()`` is true; raise CannotStart if the service dies again and again."""
        deadline = time.monotonic() + seconds
        while not await ready():
            if kept.deaths >= HOPELESS or time.monotonic() > deadline:
                raise CannotStart(self.last_words(kept.service.name))
            await asyncio.sleep(0.05)

    async def spawn(self, name, command, stdout=None):
        """Start one process; what it writes goes to its log."""
        with self.log(name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command,
                env=self.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                pass_fds=self.held,
                start_new_session=True,
                preexec_fn=end_with(os.getpid()),
            )

    async def end(self, process, patience):
        """Ask the main process to end, wait, then kill whatever is left of its session."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        ended, hurried = asyncio.create_task(process.wait()), asyncio.create_task(self.hurried.wait())
        await asyncio.wait({ended, hurried}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        sweep(process)
        await ended

    def log(self, name):
        """The file that receives what a process writes."""
        return self.logs / f"{name}.log"

    def last_words(self, name, count=15):
        """What a start that failed wrote last, and where to read the rest."""
        path = self.log(name)
        lines = path.read_text(errors="replace").splitlines()[-count:]
        return "\n".join([f"« {name} » a échoué.", "", *(f"    {line}" for line in lines), "", f"Journal : {path}"])


class Kept:
    """A service kept alive: started again when it dies, each time after a longer pause."""

    def __init__(self, service, supervisor):
        self.service = service
        self.supervisor = supervisor
        self.log = supervisor.log(service.name)
        self.process = None  # the last one started
        self.deaths = 0  # in a row
        self.stopping = asyncio.Event()
        self.life = asyncio.create_task(self._live())

    async def stop(self):
        """End it for good."""
        self.stopping.set()
        await self.life

    async def _live(self):
        stopping = asyncio.create_task(self.stopping.wait())
        while not stopping.done():
            born = time.monotonic()
            cause = await self._once(stopping)
            if stopping.done():
                return
            self.deaths = 1 if time.monotonic() - born > STEADY else self.deaths + 1
            self.supervisor.say(
                f"  « {self.service.name} » s’est arrêté ({cause}) : nouveau départ. Journal : {self.log}"
            )
            await asyncio.wait({stopping}, timeout=min(SHORTEST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE))

    async def _once(self, stopping):
        """One life, until it ends or ``stopping`` is done; gives the cause of death in words."""
        try:
            process = self.process = await self.supervisor.spawn(self.service.name, self.service.command)
        except OSError as error:
            return error.strerror
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            await self.supervisor.end(process, self.service.patience)
        sweep(process)
        code = await ended
        return f"signal {-code}" if code < 0 else f"code {code}"


def end_with(parent):
    """What a new process does first: ask the system to end it if ``parent`` is killed."""

    def ask():
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # killed before we could ask
                os._exit(1)

    return ask


def sweep(process):
    """Kill what remains of a process's group, of which it is the leader."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
