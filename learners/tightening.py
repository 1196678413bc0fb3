"""Whom a change of rules touches, told when it is published. Reads, never writes: nobody loses what they earned."""

from dataclasses import dataclass

from learners.models import Enrolment
from learners.records import enrolled
from learners.standing import why_locked


@dataclass(frozen=True)
class Touched:
    """How many learners under way find a step closed that was open, and how many have more to do."""

    closed: int
    more: int


def touched_by(before, after, *, now):
    """What replacing one outline by the other does to those who follow the track and have not finished. One query.

    Staff never count.
    """
    added = after.required_ids - before.required_ids
    closed = more = 0
    learners = Enrolment.objects.active().unfinished().filter(track_id=before.pk, person__is_staff=False)
    for one in enrolled(learners).values():
        closed += any(_closes(before, after, step, one.record, now) for step in before.steps)
        more += bool(added - one.record.done.keys())
    return Touched(closed=closed, more=more)


def _closes(before, after, step, record, now):
    """Whether this step was open to that learner and no longer is."""
    return (
        step.pk in after.by_pk
        and why_locked(before, step, record=record, now=now) is None
        and why_locked(after, after.by_pk[step.pk], record=record, now=now) is not None
    )
