"""Learning: the frozen facts about one person in one track that a page template needs.

Two queries whatever the size of the track and of the history: the outline, and the enrolment
joined with its completions. Templates only read; without a person (a preview) they get None.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from courses.outline import Module, Outline, Step
from learners.models import Enrolment
from learners.records import Enrolled, enrolled, enrolled_in
from learners.standing import Lock, Progress, next_step, progress_of, track_lock, why_locked


@dataclass(frozen=True)
class StepState:
    """A step as this person sees it."""

    step: Step
    done: bool
    current: bool
    lock: Lock | None
    score: int | None = None  # the best one of a quiz that is done, in per cent


@dataclass(frozen=True)
class Did:
    """What was done of a module or of a track, and what is left of it."""

    states: tuple[StepState, ...]
    since: date | None = None
    until: date | None = None

    @property
    def count(self):
        """How many steps are done."""
        return sum(state.done for state in self.states)

    @property
    def minutes(self):
        """Their declared minutes."""
        return sum(state.step.minutes for state in self.states if state.done)

    @property
    def scores(self):
        """The quizzes that gave a score."""
        return [state for state in self.states if state.score is not None]

    @property
    def left(self):
        """The steps that are not done."""
        return [state for state in self.states if not state.done]


@dataclass(frozen=True)
class ModuleState:
    """A module as this person sees it; ``status`` is « todo », « doing » or « done »."""

    module: Module
    states: tuple[StepState, ...]

    @cached_property
    def required(self):
        """The states of the required steps."""
        return [state for state in self.states if state.step.required]

    @property
    def done(self):
        """How many required steps are completed."""
        return sum(state.done for state in self.required)

    @property
    def total(self):
        """How many steps are required."""
        return len(self.required)

    @property
    def did(self):
        """What was done of this module, and what is left."""
        return Did(self.states)

    @property
    def current(self):
        """Whether the page shown is one of these steps."""
        return any(state.current for state in self.states)

    @property
    def status(self):
        """Where the person stands in this module."""
        if self.done == self.total and (self.total or all(state.done for state in self.states)):
            return "done"
        return "doing" if any(state.done for state in self.states) else "todo"


@dataclass(frozen=True)
class Learning:
    """One person in one track; ``enrolment`` is None for a visitor."""

    outline: Outline
    enrolment: Enrolled | None
    now: datetime
    step: Step | None = None

    @property
    def enrolled(self):
        """Whether what this person does is recorded."""
        return self.enrolment is not None

    @property
    def informal(self):
        """Whether the track says « tu »."""
        return self.outline.informal

    @property
    def done(self):
        """Primary keys of the completed steps."""
        return self.enrolment.done if self.enrolment else frozenset()

    @property
    def record(self):
        """What the rows say of this person; None for a visitor."""
        return self.enrolment.record if self.enrolment else None

    @cached_property
    def progress(self) -> Progress:
        """The one figure of progress."""
        return progress_of(self.outline, self.done)

    @cached_property
    def modules(self):
        """The track, module by module, as this person sees it."""
        return tuple(
            ModuleState(module, tuple(self._state(step) for step in module.steps)) for module in self.outline.modules
        )

    @cached_property
    def states(self):
        """Every step, in reading order."""
        return tuple(state for module in self.modules for state in module.states)

    @property
    def state(self):
        """The step that the page shows, or None."""
        return self.states[self.step.number - 1] if self.step else None

    @property
    def previous(self):
        """The step before the one shown, or None."""
        return self.states[self.step.number - 2] if self.step and self.step.number > 1 else None

    @property
    def next(self):
        """The step after the one shown, or None."""
        return self.states[self.step.number] if self.step and self.step.number < len(self.states) else None

    @property
    def module_state(self):
        """The module of the step shown, or None."""
        return next((module for module in self.modules if module.current), None)

    @cached_property
    def continue_state(self):
        """Where « Continuer » leads: None when every step is done or closed, or for a visitor."""
        if not self.enrolment:
            return None
        step = next_step(self.outline, record=self.record, now=self.now, last=self.enrolment.last)
        return self.states[step.number - 1] if step else None

    @cached_property
    def waiting_for(self):
        """The first closed step when nothing is open to go on with, and its reason; None otherwise."""
        if not self.enrolment or self.continue_state:
            return None
        return next((state for state in self.states if state.lock), None)

    @cached_property
    def track_lock(self) -> Lock | None:
        """What keeps the track closed but its first step, if anything; for a visitor, who would enrol today."""
        return track_lock(self.outline, record=self.record, now=self.now)

    @property
    def did(self):
        """What was done of the whole track, between which days, and what is left; None before the end."""
        if not (self.enrolment and self.enrolment.completed_at):
            return None
        ended = self.enrolment.completed_at.astimezone(self.record.zone).date()
        return Did(self.states, since=self.record.enrolled_on, until=ended)

    @property
    def certificate(self):
        """The attestation of this track, or None: an object with ``code``."""
        code = self.enrolment and self.enrolment.certificate_code
        return {"code": code} if code else None

    def _state(self, step):
        return StepState(
            step=step,
            done=step.pk in self.done,
            current=step == self.step,
            lock=why_locked(self.outline, step, record=self.record, now=self.now),
            score=self.record.done.get(step.pk) if self.record else None,
        )


def learning_of(person, outline, *, now, step=None):
    """The Learning of this person in this track at that moment; one query for someone who is signed in."""
    enrolment = None
    if person.is_authenticated:
        enrolment = enrolled_in(outline.pk, person_pk=person.pk)
    return Learning(outline=outline, enrolment=enrolment, now=now, step=step)


def enrolments_of(person):
    """The active enrolments of a person, by primary key of track. One query."""
    found = enrolled(Enrolment.objects.active().filter(person=person))
    return {one.track_pk: one for one in found.values()}
