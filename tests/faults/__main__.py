"""The stage, the plays one after the other, and the table of what was found. Fails when something is lost or double."""

import argparse
import sys
import time

from tests.bench import lines
from tests.faults.mail import Sink
from tests.faults.plays import PLAYS
from tests.faults.scene import PEOPLE, Scene
from tests.stage import run, stage

HEADINGS = ["faute", "attestations", "lettres", "perdues", "doubles", "en attente", "tout est là après", "tenu"]


def main():
    """Play all the faults, or those whose names hold these words. The status is 1 when one is not held."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("words", nargs="*", help="only the faults whose names hold one of these words")
    return run(play(options.parse_args().words))


async def play(words):
    """Everything, in a folder that is gone afterwards."""
    chosen = [one for one in PLAYS if not words or any(word in one.name for word in words)]
    async with stage("faults", settings="tests.faults.settings", own_database=True) as here:
        sink = Sink()
        await sink.open()
        here.supervisor.env |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "MAIL_FROM": "bonjour@alliance.example",
            "DATABASE_POOL": "false",
        }
        async with here.postgresql() as postgresql:
            await here.tables(here.folder / "var")
            scene = Scene(here, sink, postgresql)
            scene.begin("worker")
            scene.begin("clock")
            rows, held = [], True
            for number, one in enumerate(chosen, start=1):
                scene.play = f"p{number}"
                print(f"  {one.name}", flush=True)
                began = time.monotonic()
                await one.act(scene)
                outcome = await scene.settled(began)
                held = held and outcome.held(one.tolerated)
                rows.append(row(one, outcome))
            print("\n" + lines.table(HEADINGS, rows))
    return 0 if held else 1


def row(one, outcome):
    """The cells of the table."""
    doubles = outcome.doubled + outcome.strangers
    allowed = f" (≤ {one.tolerated} : mêmes Message-ID)" if one.tolerated else ""
    return [
        one.name,
        f"{outcome.attested} sur {PEOPLE}",
        f"{outcome.sent} sur {2 * PEOPLE}",
        str(outcome.lost),
        f"{doubles}{allowed}",
        str(outcome.waiting),
        f"{outcome.seconds:.0f} s",
        "oui" if outcome.held(one.tolerated) else "NON",
    ]


if __name__ == "__main__":
    sys.exit(main())
