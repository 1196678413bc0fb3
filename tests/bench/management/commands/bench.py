"""Plays on the stage that `python -m tests.bench` has built, and prints what was found."""

import asyncio
import os
import platform
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from tests.bench import attested, lines
from tests.bench.boards import boards_and_exports
from tests.bench.costs import step_page, sweep
from tests.bench.takers import hall_of


class Command(BaseCommand):
    help = "Measure the product; run by make bench."

    def add_arguments(self, parser):
        """What to play; for the load, where the server is and how many people."""
        parser.add_argument("part", choices=["boards", "load", "attestations", "worker"])
        parser.add_argument("--port", type=int)
        parser.add_argument("--takers", type=int)

    def handle(self, *, part, port, takers, **options):
        """Measure, print, and fail when a count is wrong."""
        self.stdout.write(machine())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # what the server does by itself after a while
        plays = {
            "boards": boards_and_exports,
            "load": lambda: [*self.quiz(port, takers), *step_page(), *sweep()],
            "attestations": attested.by_one_process,
            "worker": attested.by_one_worker,
        }
        promises = plays[part]()
        self.stdout.write(
            "\n" + lines.table(["promesse", "trouvé", "budget", "tenue"], [one.row() for one in promises])
        )
        broken = [one.work for one in promises if one.broken]
        if broken:
            raise CommandError("Promesses comptées non tenues : " + " ; ".join(broken))

    def quiz(self, port, count):
        """The quiz, with its table of times."""
        hall = hall_of(count, port=port, now=timezone.now())
        asyncio.run(hall.play())
        works = [hall.floor, *hall.works.values()]
        self.stdout.write("\n" + lines.table(lines.HEADINGS, [work.row(hall.floor) for work in works]) + "\n")
        for error, times in hall.errors.items():
            self.stdout.write(f"  {times} × {error}")
        return hall.promises()


def machine():
    """When, and on what: client and servers share it."""
    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(": ")[2] for line in about.splitlines() if line.startswith("model name")), "")
    facts = [
        f"{timezone.localtime():%Y-%m-%d %H:%M}",
        f"{os.cpu_count()} cœurs pour le client et les serveurs",
        model or platform.machine(),
        f"charge au départ {os.getloadavg()[0]:.1f}",
        f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}",
    ]
    return " · ".join(facts)
