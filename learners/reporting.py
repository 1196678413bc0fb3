"""Figures about a cohort for those who lead it. One object gives the screen and the export."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import Count, F, FloatField, Max, Q, Value
from django.db.models.functions import Cast, NullIf

from courses.outline import Outline, outline_by_pk
from courses.typography import folded, pluriel
from learners.models import Attempt, Completion, Enrolment, Sector
from learners.records import enrolled
from learners.standing import next_step

# A learner silent for as long needs a hand (docs/glossary.md, « besoin d’aide »).
STALLED_AFTER = timedelta(days=10)
# Who failed a quiz so many times, and never passed it, is stuck there (docs/glossary.md, « bute sur un quiz »).
STUCK_AFTER = 3
# Fewer people than that are somebody: their figures are not broken down.
ENOUGH_PEOPLE = 5


class Status(models.TextChoices):
    """Where a learner stands, in the words of the board; the order is that of urgency."""

    STALLED = "stalled", "besoin d’aide"
    NOT_STARTED = "not_started", "pas commencé"
    DOING = "doing", "en cours"
    DONE = "done", "terminé"


class Result(NamedTuple):
    """How somebody fares at one quiz; ``percent`` is their best, None until everything of one attempt is read."""

    quiz_pk: int
    sent: int
    failed: int
    passed: bool
    percent: float | None


class Row(NamedTuple):
    """One learner of a cohort. ``days_silent`` counts whole days since the last activity.

    ``done_by_module`` counts required steps, ``extra_by_module`` optional ones; ``stuck_in`` are the
    places of the modules that hold a quiz on which they are stuck.
    """

    enrolment_pk: int
    name: str
    email: str
    organisation: str
    sector: str
    done: int
    total: int
    enrolled_at: datetime
    last_activity: datetime | None
    finished_at: datetime | None
    certificate_code: str | None
    certified_at: datetime | None
    status: Status
    days_silent: int
    done_by_module: tuple[int, ...] = ()
    extra_by_module: tuple[int, ...] = ()
    results: tuple[Result, ...] = ()
    stuck_in: tuple[int, ...] = ()

    @property
    def percent(self):
        """Whole per cent of the required steps, rounded down."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def status_label(self):
        """The status in French."""
        return self.status.label

    @property
    def sector_label(self):
        """The sector in French, or nothing."""
        return Sector(self.sector).label if self.sector else ""

    @property
    def attempts(self):
        """How many attempts they sent, at all quizzes."""
        return sum(result.sent for result in self.results)


@dataclass(frozen=True)
class Cell:
    """One learner in the module of this number: how far, and in which state."""

    number: int
    done: int
    total: int
    status: Status
    stuck: bool

    @property
    def share(self):
        """How far, in figures."""
        return f"{self.done}/{self.total}"

    @property
    def words(self):
        """All that the drawing says, for who does not see it."""
        label = f"{self.status.label}, bute sur un quiz" if self.stuck else self.status.label
        return f"Module {self.number} : {label}, {self.done} étape{pluriel(self.done)} sur {self.total}"


@dataclass(frozen=True)
class Board:
    """Every learner of a cohort, the most urgent first."""

    outline: Outline | None
    rows: tuple[Row, ...]

    @property
    def enough(self):
        """Whether there are enough people to break their figures down."""
        return len(self.rows) >= ENOUGH_PEOPLE

    def count(self, status):
        """How many learners have that status."""
        return sum(row.status == status for row in self.rows)

    @property
    def stuck(self):
        """How many learners are stuck on a quiz."""
        return sum(bool(row.stuck_in) for row in self.rows)

    @property
    def figures(self):
        """Headline counts, by name."""
        return {
            "enrolled": len(self.rows),
            "doing": self.count(Status.DOING),
            "stalled": self.count(Status.STALLED),
            "not_started": self.count(Status.NOT_STARTED),
            "finished": self.count(Status.DONE),
        }

    def cells(self, row, where=None):
        """The states of this learner, module by module; ``where`` is the place of the one where they are."""
        modules = self.outline.modules if self.outline else ()
        return tuple(_cell(module, place, row, where) for place, module in enumerate(modules))


def learners_of(cohort, *, sector="", organisations=None):
    """The enrolments that count in this cohort: nobody who withdrew, no staff; of these organisations, if given."""
    rows = Enrolment.objects.active().filter(cohort=cohort, person__is_staff=False)
    if sector:
        rows = rows.filter(sector=sector)
    return rows if organisations is None else rows.filter(organisation__in=organisations)


def organisations_of(cohort):
    """The organisations that people of this cohort come from, in order. One query."""
    found = learners_of(cohort).exclude(organisation="").order_by().values_list("organisation", flat=True).distinct()
    return sorted(found, key=folded)


def board_of(cohort, *, now, sector="", organisations=None):
    """The Board of this cohort at that moment, or of one sector or some organisations of it.

    Four queries, whatever the number of learners.
    """
    outline = outline_by_pk(cohort.track_id)
    rows = rows_of(outline, learners_of(cohort, sector=sector, organisations=organisations), now=now)
    return Board(outline=outline, rows=tuple(sorted(rows, key=urgency)))


URGENCY = {status: place for place, status in enumerate(Status)}


def urgency(row):
    """The order of the board: who needs a hand first, the longest silent at the top."""
    place = 0.5 if row.stuck_in and row.status != Status.STALLED else URGENCY[row.status]
    return (place, -row.days_silent, row.name)


# ---------------------------------------------------------------- reading the rows


def rows_of(outline, enrolments, *, now):
    """The Row of each of these enrolments, by primary key: three queries read side by side, in constant memory."""
    modules = outline.modules if outline else ()
    facts = enrolments.order_by("pk").values_list(
        "pk",
        "person__first_name",
        "person__last_name",
        "person__email",
        "organisation",
        "sector",
        "enrolled_at",
        "last_activity_at",
        "completed_at",
        "certificate__code",
        "certificate__issued_at",
        "certificate__revoked_at",
    )
    done = Reader(done_by_module(modules, enrolments))
    results = Reader(results_of(enrolments))
    shape = Shape(modules)
    for fact in facts.iterator():
        yield _row(fact, shape, counts=done.of(fact[0]), results=results.of(fact[0]), now=now)


class Reader:
    """Lines that begin with a primary key, in order: gives those of one key after another."""

    def __init__(self, lines):
        self.lines = iter(lines.iterator())
        self.next = next(self.lines, None)

    def of(self, pk):
        """The lines of this key, without it; keys are asked for in order."""
        found = []
        while self.next is not None and self.next[0] <= pk:
            if self.next[0] == pk:
                found.append(self.next[1:])
            self.next = next(self.lines, None)
        return found


class Shape:
    """What a row is measured against: required and optional steps by module, the module of each quiz."""

    def __init__(self, modules):
        self.required = tuple(sum(step.required for step in module.steps) for module in modules)
        self.place = {step.pk: place for place, module in enumerate(modules) for step in module.steps}
        self.total = sum(self.required)
        # Which modules have a column of optional steps in the lines of done_by_module.
        self.extra = tuple(place for place, module in enumerate(modules) if len(module.steps) > self.required[place])
        self.nothing = (0,) * len(modules)


class AsGiven:
    """A figure taken as the driver gives it: there are thousands, which Django would turn into what they are."""

    def get_db_converters(self, connection):
        """Nothing to convert."""
        return []


class Tally(AsGiven, Count):
    """A count."""


class Best(AsGiven, Max):
    """The highest of decimal figures."""


def done_by_module(modules, enrolments):
    """Lines of completed steps: enrolment, required ones of each module, then optional ones of modules with some."""
    counts = {
        f"{kind}_{place}": Tally("pk", filter=Q(step__in=steps))
        for kind, wanted in (("required", True), ("optional", False))
        for place, module in enumerate(modules)
        for steps in [[step.pk for step in module.steps if step.required is wanted]]
        if steps or wanted
    }
    rows = Completion.objects.filter(enrolment__in=enrolments) if modules else Completion.objects.none()
    return rows.order_by("enrolment_id").values("enrolment_id").annotate(**counts).values_list("enrolment_id", *counts)


def results_of(enrolments):
    """Lines of sent attempts: enrolment, quiz, sent, failed, passed, best per cent."""
    share = F("score") * Value(100.0) / NullIf(Cast("max_score", FloatField()), Value(0.0))
    rows = Attempt.objects.filter(enrolment__in=enrolments, submitted_at__isnull=False)
    return (
        rows.order_by("enrolment_id", "quiz_id")
        .values("enrolment_id", "quiz_id")
        .annotate(
            sent=Tally("pk"),
            failed=Tally("pk", filter=Q(passed=False)),
            passing=Tally("pk", filter=Q(passed=True)),
            best=Best(share, filter=Q(awaiting=0), output_field=FloatField()),
        )
        .values_list("enrolment_id", "quiz_id", "sent", "failed", "passing", "best")
    )


def status_of(*, completed_at, last_activity_at, enrolled_at, now):
    """Where somebody stands on the board."""
    if completed_at:
        return Status.DONE
    if now - last_activity_at >= STALLED_AFTER:
        return Status.STALLED
    return Status.DOING if last_activity_at > enrolled_at else Status.NOT_STARTED


def _row(fact, shape, *, counts, results, now):
    pk, first, last, email, organisation, sector, enrolled_at, active_at, completed_at, code, issued_at, revoked_at = (
        fact
    )
    places = len(shape.required)
    line = counts[0] if counts else shape.nothing + (0,) * len(shape.extra)
    done, extra = line[:places], shape.nothing
    if shape.extra:
        optional = dict(zip(shape.extra, line[places:], strict=True))
        extra = tuple(optional.get(place, 0) for place in range(places))
    found = tuple(Result(quiz, sent, failed, bool(passed), best) for quiz, sent, failed, passed, best in results)
    return Row(
        enrolment_pk=pk,
        name=f"{first} {last}".strip() or email,
        email=email,
        organisation=organisation,
        sector=sector,
        done=sum(done),
        total=shape.total,
        enrolled_at=enrolled_at,
        last_activity=active_at if active_at > enrolled_at else None,
        finished_at=completed_at,
        certificate_code=code,
        certified_at=None if revoked_at else issued_at,
        status=status_of(completed_at=completed_at, last_activity_at=active_at, enrolled_at=enrolled_at, now=now),
        days_silent=max((now - active_at).days, 0),
        done_by_module=done,
        extra_by_module=extra,
        results=found,
        stuck_in=_stuck_in(shape, done, found),
    )


def _stuck_in(shape, done, results):
    """The places of unfinished modules that hold a quiz which was failed too often and never passed."""
    if not results:
        return ()
    quizzes = [result.quiz_pk for result in results if result.failed >= STUCK_AFTER and not result.passed]
    if not quizzes:
        return ()
    places = {shape.place[quiz] for quiz in quizzes if quiz in shape.place}
    return tuple(sorted(place for place in places if done[place] < shape.required[place]))


def has_finished(total, steps, done, extra):
    """Whether a module of so many required steps, among so many, is done: without required ones, every one counts."""
    return done == total and bool(total or extra == steps > 0)


def _cell(module, place, row, where):
    done, extra = row.done_by_module[place], row.extra_by_module[place]
    total = sum(step.required for step in module.steps)
    stuck = place in row.stuck_in
    if has_finished(total, len(module.steps), done, extra):
        status = Status.DONE
    elif stuck or (row.status == Status.STALLED and where == place):
        status = Status.STALLED
    elif done or extra:
        status = Status.DOING
    else:
        status = Status.NOT_STARTED
    return Cell(module.number, done, total, status, stuck)


# ---------------------------------------------------------------- where learners are


class Whereabouts(NamedTuple):
    """The place of the module where a learner is, and the title of the step that is open to them there, if any."""

    place: int
    title: str = ""


def whereabouts(outline, enrolments, *, now):
    """The Whereabouts of each of these learners who have not finished, by enrolment. One query.

    They are where « Continuer » leads; when nothing is open, where they wait for the first thing that is left.
    """
    places = {step.pk: place for place, module in enumerate(outline.modules) for step in module.steps}
    found = {}
    for pk, one in enrolled(enrolments.unfinished()).items():
        step = next_step(outline, record=one.record, now=now, last=one.last)
        there = step or next((left for left in outline.required if left.pk not in one.done), None)
        if there:
            found[pk] = Whereabouts(places[there.pk], step.title if step else "")
    return found


def cohorts_led_by(cohorts, *, now):
    """Adds ``learner_count`` and ``stalled_count`` to these cohorts, as the board counts them. No query by itself."""
    people = models.Q(enrolments__withdrawn_at__isnull=True, enrolments__person__is_staff=False)
    stalled = people & models.Q(
        enrolments__completed_at__isnull=True, enrolments__last_activity_at__lte=now - STALLED_AFTER
    )
    return cohorts.annotate(
        learner_count=models.Count("enrolments", filter=people, distinct=True),
        stalled_count=models.Count("enrolments", filter=stalled, distinct=True),
    )
