"""What a fault can reach: the processes, the broker, the database, the mail server; and what is found afterwards."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field

import psycopg

from config.run import processes
from config.run.place import Place
from config.run.supervisor import Kept, Service
from tests.faults.mail import Sink
from tests.stage import Stage

PEOPLE = 200
PATIENCE = 420  # seconds for everything to be there again

# Asked of the database itself, not of the product.
FOUND = """
    SELECT count(*) FILTER (WHERE c.n = 1), count(*) FILTER (WHERE coalesce(c.n, 0) <> 1),
           coalesce(sum(l.sent), 0), coalesce(sum(l.waiting), 0), coalesce(sum(l.dropped), 0)
    FROM learners_user p
    LEFT JOIN (
        SELECT e.person_id, count(*) AS n FROM learners_certificate c
        JOIN learners_enrolment e ON e.id = c.enrolment_id GROUP BY e.person_id
    ) c ON c.person_id = p.id
    LEFT JOIN (
        SELECT person_id, count(sent_at) AS sent, count(dropped_at) AS dropped,
               count(*) FILTER (WHERE sent_at IS NULL AND dropped_at IS NULL) AS waiting
        FROM learners_letter GROUP BY person_id
    ) l ON l.person_id = p.id
    WHERE p.email LIKE %s || '-%%'
"""


@dataclass(frozen=True)
class Outcome:
    """What is there once a fault is over, in numbers."""

    attested: int
    missing: int  # people without exactly one attestation
    sent: int
    waiting: int
    dropped: int
    lost: int  # letters that the mail server never accepted
    doubled: int  # letters that it accepted again under the same Message-ID
    strangers: int  # messages beyond one for each letter, under another Message-ID
    seconds: float  # from the fault until nothing waited

    def held(self, tolerated):
        """Whether nothing is lost, nothing waits and nothing is double, but for letters accepted as the sender died."""
        everything = (self.attested, self.sent) == (PEOPLE, 2 * PEOPLE)
        nothing = not (self.missing or self.waiting or self.dropped or self.lost or self.strangers)
        return everything and nothing and self.doubled <= tolerated


@dataclass
class Scene:
    """One stage for all the plays; ``kept`` holds the processes by name."""

    stage: Stage
    sink: Sink
    postgresql: Kept
    kept: dict[str, Kept] = field(default_factory=dict)
    play: str = ""

    @property
    def here(self):
        """The place of the processes; nobody listens there."""
        return Place("127.0.0.1", 0, self.stage.folder / "var")

    def begin(self, name="worker", service=None):
        """Start a worker or a clock, kept alive as by a service manager."""
        service = service or (processes.worker() if name.startswith("worker") else processes.clock(self.here))
        self.kept[name] = self.stage.supervisor.keep(service)

    def begin_again(self, name):
        """Start a second one beside, with a schedule of its own."""
        if name.startswith("clock"):
            command = processes.clock(self.here).command
            own = tuple(f"{word}-{name}" if word.endswith("clock-schedule") else word for word in command)
            self.begin(name, Service(name, own))
        else:
            self.begin(name, Service(name, (*processes.worker().command, "--hostname", name), patience=20))

    async def halt(self, name):
        """End one for good, as a deployment would."""
        kept = self.kept.pop(name)
        self.stage.supervisor.kept.remove(kept)
        await kept.stop()

    def kill(self, name):
        """kill -9 of the process and of all its children; it is started again by its supervisor."""
        os.killpg(self.kept[name].process.pid, signal.SIGKILL)

    async def causes(self):
        """People enrol and finish."""
        async for line in self.stage.asked("finish_track", self.play, str(PEOPLE)):
            print(line, flush=True)

    async def accepted(self, count):
        """Wait until the mail server has accepted that many letters of this play."""
        deadline = time.monotonic() + PATIENCE
        while self.sink.count(self.play) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    async def database(self, statement, *parameters):
        """The rows of a statement."""
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall() if cursor.description else []

    @property
    def address(self):
        """Of the database."""
        return self.stage.supervisor.env["DATABASE_URL"]

    async def flush(self):
        """Empty the broker."""
        reader, writer = await asyncio.open_unix_connection(str(self.stage.redis.socket))
        writer.write(b"FLUSHALL\r\n")
        assert (await reader.readline()).startswith(b"+OK")
        writer.close()

    async def settled(self, since):
        """The Outcome, once nothing waits any more or patience ends."""
        outcome = None
        while time.monotonic() - since < PATIENCE:
            await asyncio.sleep(0.5)
            try:
                outcome = await self.outcome(time.monotonic() - since)
            except psycopg.OperationalError:
                continue
            if outcome.sent >= 2 * PEOPLE and not outcome.waiting:
                break
        return outcome

    async def outcome(self, seconds):
        """What the database holds of this play, beside what the mail server accepted."""
        ((attested, missing, sent, waiting, dropped),) = await self.database(FOUND, self.play)
        of_play = {key: times for key, times in self.sink.accepted.items() if key[0].startswith(f"{self.play}-")}
        letters_of = {}
        for address, message_id in of_play:
            letters_of.setdefault(address, set()).add(message_id)
        return Outcome(
            attested=attested,
            missing=missing,
            sent=int(sent),
            waiting=int(waiting),
            dropped=int(dropped),
            lost=2 * PEOPLE - sum(min(len(found), 2) for found in letters_of.values()),
            doubled=sum(times - 1 for times in of_play.values()),
            strangers=sum(max(len(found) - 2, 0) for found in letters_of.values()),
            seconds=seconds,
        )
