"""Why this figure, and why it is not done: the rows behind a percentage, for the learner and for who leads them.

The one place, beside the pages of the learner, that asks learners.standing about other people's steps.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from courses.outline import Module, Outline, Step
from learners.models import Completion
from learners.standing import Lock, Progress, next_step, progress_of, why_locked


@dataclass(frozen=True)
class Line:
    """One step of an explanation: when it was done, or what keeps it closed."""

    step: Step
    done_at: datetime | None
    lock: Lock | None


@dataclass(frozen=True)
class Part:
    """The steps of one module."""

    module: Module
    lines: tuple[Line, ...]

    @property
    def counted(self):
        """The lines that make the percentage: required steps."""
        return [line for line in self.lines if line.step.required]

    @property
    def done(self):
        """How many of them are done."""
        return sum(line.done_at is not None for line in self.counted)


@dataclass(frozen=True)
class Explanation:
    """The steps behind a percentage, module by module."""

    outline: Outline
    progress: Progress
    parts: tuple[Part, ...]
    next: Step | None

    @cached_property
    def remaining(self):
        """The required steps that are not done, in reading order."""
        return [line for part in self.parts for line in part.counted if line.done_at is None]

    @property
    def optional(self):
        """How many steps of the track count for nothing."""
        return sum(not line.step.required for part in self.parts for line in part.lines)


def next_of(outline, done):
    """The next step of somebody who completed these steps, the latest last; None when nothing is left."""
    return next_step(outline, done=set(done), last=done[-1] if done else None)


def done_at_of(enrolment_pk):
    """When each step of this enrolment was done, by primary key, the latest last. One query."""
    rows = Completion.objects.filter(enrolment=enrolment_pk).order_by("completed_at", "pk")
    return dict(rows.values_list("step_id", "completed_at"))


def explain(outline, done_at):
    """The Explanation of somebody who completed steps at these moments, by primary key, the latest last. No query."""
    done = set(done_at)
    parts = tuple(
        Part(module, tuple(_line(outline, step, done_at, done) for step in module.steps)) for module in outline.modules
    )
    return Explanation(outline, progress_of(outline, done), parts, next_of(outline, list(done_at)))


def _line(outline, step, done_at, done):
    lock = None if step.pk in done else why_locked(outline, step, enrolled=True, done=done)
    return Line(step, done_at.get(step.pk), lock)
