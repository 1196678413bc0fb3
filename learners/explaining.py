"""Why this figure, and why it is not done: the rows behind a percentage, for the learner and for who leads them.

The one place, beside the pages of the learner, that asks learners.standing about other people's steps.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from courses.outline import Module, Outline, Step
from learners.records import Enrolled
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


def explain(outline: Outline, enrolled: Enrolled, *, now) -> Explanation:
    """The Explanation of the figure of this learner at that moment. No query."""
    record = enrolled.record

    def line(step):
        return Line(step, enrolled.done_at.get(step.pk), why_locked(outline, step, record=record, now=now))

    parts = tuple(Part(module, tuple(map(line, module.steps))) for module in outline.modules)
    following = next_step(outline, record=record, now=now, last=enrolled.last)
    return Explanation(outline, progress_of(outline, record.done), parts, following)
