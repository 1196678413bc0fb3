"""What is printed: times in a table of works, promises in a table of budgets."""

import math
import statistics
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Work:
    """One kind of exchange, done many times: its durations in seconds, over so many seconds in all."""

    name: str
    durations: list[float] = field(default_factory=list)
    began: float = math.inf
    ended: float = 0

    def add(self, seconds):
        """Count one that has just ended."""
        self.durations.append(seconds)
        self.ended = perf_counter()
        self.began = min(self.began, self.ended - seconds)

    @property
    def rate(self):
        """How many per second."""
        return len(self.durations) / (self.ended - self.began)

    def row(self, floor):
        """The cells of the table; ``floor`` is the Work that the rate is compared with."""
        p50, p95, p99 = (percentile(self.durations, share) for share in (50, 95, 99))
        times = [f"{1000 * seconds:.0f} ms" for seconds in (p50, p95, p99)]
        return [self.name, str(len(self.durations)), *times, f"{self.rate:.0f}/s", comma(floor.rate / self.rate)]


HEADINGS = ["travail", "nombre", "p50", "p95", "p99", "débit", "× plancher"]


def percentile(durations, share):
    """The duration under which that share of a hundred lies."""
    return statistics.quantiles(durations, n=100, method="inclusive")[share - 1]


@dataclass(frozen=True)
class Promise:
    """A budget and what was found. ``counted``: a number that cannot depend on the machine, and must hold."""

    work: str
    found: str
    budget: str
    held: bool | None = None  # None: shown without a judgement
    counted: bool = False

    @property
    def broken(self):
        """Whether the run fails because of it."""
        return self.counted and not self.held

    def row(self):
        """The cells of the table."""
        return [self.work, self.found, self.budget, {True: "oui", False: "non", None: "–"}[self.held]]


def none_of(work, count):
    """The promise that something never happens."""
    return Promise(work, str(count), "0", held=count == 0, counted=True)


def table(headings, rows):
    """Aligned columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    lines = []
    for cells in [headings, ["─" * width for width in widths], *rows]:
        first, *others = zip(cells, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return "\n".join(lines)


def comma(number):
    """A number with one decimal, as it is written in French."""
    return f"{number:.1f}".replace(".", ",")
