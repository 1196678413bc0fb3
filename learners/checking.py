"""Every night, the figures of lists are counted again from the rows: a difference is a fault, and is told."""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import structlog

from courses.outline import outlines
from learners.models import Completion, Enrolment, Heartbeat
from learners.standing import progress_of

log = structlog.get_logger(__name__)

MANY = 1_000  # differences that no coincidence explains
NAMED = 20  # how many enrolments a line of the log names, of each kind
# Two signs of life: when the figures were compared, and when they last differed.
COMPARED, DIFFERED = "figures", "figures differ"


@dataclass(frozen=True)
class Comparison:
    """Primary keys of enrolments: whose progress is told in two ways, who finished without an attestation, and
    who holds one without having finished.
    """

    compared: int
    progress: tuple[int, ...]
    unattested: tuple[int, ...]
    unfinished: tuple[int, ...]

    @property
    def agrees(self):
        """Whether nothing differs."""
        return not (self.progress or self.unattested or self.unfinished)


def compare(*, now):
    """Count the progress of every active enrolment of a live track again. Returns the Comparison, and remembers it.

    What seems to differ is looked at twice: somebody may have finished a step between two reads.
    """
    active, compared, suspects = Enrolment.objects.active(), 0, []
    for outline in outlines():
        rows = active.filter(track_id=outline.pk)
        compared += rows.count()
        found = differing(outline, rows)
        suspects += differing(outline, rows.filter(pk__in=found)) if 0 < len(found) <= MANY else found
    attested = active.order_by("pk").values_list("pk", flat=True)
    result = Comparison(
        compared=compared,
        progress=tuple(suspects),
        unattested=tuple(attested.filter(completed_at__isnull=False, certificate__isnull=True)),
        unfinished=tuple(attested.filter(completed_at__isnull=True, certificate__isnull=False)),
    )
    remember(result, now=now)
    return result


def differing(outline, rows):
    """Those of these enrolments whose list says another progress than their own page. Two queries."""
    told = rows.with_progress(outline).order_by("pk").values_list("pk", "done")
    lines = Completion.objects.filter(enrolment__in=rows).order_by("enrolment_id", "step_id")
    kept = groupby(lines.values_list("enrolment_id", "step_id").iterator(), key=itemgetter(0))
    counted = {pk: progress_of(outline, {step for _, step in steps}).done for pk, steps in kept}
    return [pk for pk, done in told.iterator() if counted.get(pk, 0) != done]


def remember(result, *, now):
    """Tell the log, and date the comparison where monitoring reads it."""
    Heartbeat.objects.update_or_create(name=COMPARED, defaults={"at": now})
    if result.agrees:
        log.info("figures agree", enrolments=result.compared)
        return
    Heartbeat.objects.update_or_create(name=DIFFERED, defaults={"at": now})
    kinds = {"progress": result.progress, "unattested": result.unattested, "unfinished": result.unfinished}
    counts = {f"{kind}_count": len(keys) for kind, keys in kinds.items()}
    named = {kind: list(keys[:NAMED]) for kind, keys in kinds.items()}
    log.warning("figures differ", enrolments=result.compared, **counts, **named)


def figures_agree():
    """Whether the last comparison found no difference; None before the first one. One query."""
    signs = dict(Heartbeat.objects.filter(name__in=[COMPARED, DIFFERED]).values_list("name", "at"))
    return signs[COMPARED] != signs.get(DIFFERED) if COMPARED in signs else None
