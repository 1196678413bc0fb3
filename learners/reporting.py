"""Figures about a cohort for those who lead it. One object gives the screen and the export."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from courses.outline import Outline, outline_by_pk
from learners.models import Enrolment
from learners.records import enrolled
from learners.standing import next_step

# A learner silent for as long needs a hand (docs/glossary.md, « besoin d’aide »).
STALLED_AFTER = timedelta(days=10)


class Status(models.TextChoices):
    """Where a learner stands, in the words of the board; the order is that of urgency."""

    STALLED = "stalled", "besoin d’aide"
    NOT_STARTED = "not_started", "pas commencé"
    DOING = "doing", "en cours"
    DONE = "done", "terminé"


@dataclass(frozen=True)
class Row:
    """One learner of a cohort. ``days_silent`` counts whole days since the last activity."""

    enrolment_pk: int
    name: str
    email: str
    done: int
    total: int
    enrolled_at: datetime
    last_activity: datetime | None
    finished_at: datetime | None
    certificate_code: str | None
    status: Status
    days_silent: int
    next_title: str = ""

    @property
    def percent(self):
        """Whole per cent of the required steps, rounded down."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def status_label(self):
        """The status in French."""
        return self.status.label


@dataclass(frozen=True)
class Board:
    """Every learner of a cohort, the most urgent first."""

    outline: Outline | None
    rows: tuple[Row, ...]

    def count(self, status):
        """How many learners have that status."""
        return sum(row.status == status for row in self.rows)

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


def board_of(cohort, *, now):
    """The Board of this cohort at that moment. Two queries, whatever the number of learners.

    People who withdrew are left out, and staff, who never count.
    """
    outline = outline_by_pk(cohort.track_id)
    enrolments = Enrolment.objects.active().filter(cohort=cohort, person__is_staff=False)
    if outline:
        enrolments = enrolments.with_progress(outline)
    total = len(outline.required) if outline else 0
    rows = [_row(enrolment, total=total, now=now) for enrolment in enrolments.select_related("person", "certificate")]
    return Board(outline=outline, rows=tuple(sorted(rows, key=urgency)))


def urgency(row):
    """The order of the board: who needs a hand first, the longest silent at the top."""
    return (list(Status).index(row.status), -row.days_silent, row.name)


def _row(enrolment, *, total, now):
    person = enrolment.person
    certificate = getattr(enrolment, "certificate", None)
    started = enrolment.last_activity_at > enrolment.enrolled_at
    silent = now - enrolment.last_activity_at
    if enrolment.completed_at:
        status = Status.DONE
    elif silent >= STALLED_AFTER:
        status = Status.STALLED
    elif not started:
        status = Status.NOT_STARTED
    else:
        status = Status.DOING
    return Row(
        enrolment_pk=enrolment.pk,
        name=person.get_full_name() or person.email,
        email=person.email,
        done=getattr(enrolment, "done", 0),
        total=total,
        enrolled_at=enrolment.enrolled_at,
        last_activity=enrolment.last_activity_at if started else None,
        finished_at=enrolment.completed_at,
        certificate_code=certificate.code if certificate else None,
        status=status,
        days_silent=max(silent.days, 0),
    )


def next_titles(outline, rows, *, now):
    """The title of the next step of each of these rows, by enrolment. One query."""
    found = enrolled(Enrolment.objects.filter(pk__in=[row.enrolment_pk for row in rows]))
    steps = {pk: next_step(outline, record=one.record, now=now) for pk, one in found.items()}
    return {pk: step.title for pk, step in steps.items() if step}


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
