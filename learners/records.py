"""Reads what the rows say of enrolled learners, in one query: see standing.Record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, FloatField, JSONField, Max, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, JSONArray, NullIf

from courses.prepared import PreparedQuery
from learners.models import Allowance, Attempt, CohortOpening, Enrolment
from learners.standing import PARIS, Record


class JSONList(Aggregate):
    """The values of a group as one JSON list, so that two relations are read without multiplying each other."""

    output_field = JSONField()

    def as_sqlite(self, compiler, connection, **context):
        """SQLite's name of it."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)

    def as_postgresql(self, compiler, connection, **context):
        """PostgreSQL's name of it."""
        return self.as_sql(compiler, connection, function="JSONB_AGG", **context)


@dataclass(frozen=True)
class Enrolled:
    """An enrolment as every page needs it: its row, its Record, and its attestation if there is one.

    ``done_at`` says when each step was completed, the latest last.
    """

    pk: int
    track_pk: int
    last_activity_at: datetime
    record: Record = field(default_factory=Record)
    done_at: Mapping[int, datetime] = field(default_factory=dict)
    completed_at: datetime | None = None
    certificate_code: str | None = None
    cohort_name: str = ""

    @property
    def done(self):
        """Primary keys of the completed steps."""
        return self.record.done.keys()

    @property
    def last(self):
        """The step that was completed last, by primary key, or None."""
        return next(reversed(self.done_at), None)


def enrolled(rows):
    """The Enrolled of each of these enrolments (a queryset), by primary key. One query."""
    return _by_pk(_read(rows))


def enrolled_in(track_pk, *, person_pk):
    """The Enrolled of who follows this track, or None. One query."""
    return next(iter(_by_pk(OF_PERSON.rows(person_pk, track_pk)).values()), None)


def record_of(enrolment_pk):
    """The Record of this enrolment. One query."""
    return _by_pk(OF_ENROLMENT.rows(enrolment_pk))[enrolment_pk].record


def _read(rows):
    openings = CohortOpening.objects.filter(cohort=OuterRef("cohort_id")).order_by().values("cohort")
    days = openings.annotate(found=JSONList(JSONArray("module_id", "opens_on")))
    allowed = Allowance.objects.current().filter(enrolment=OuterRef("pk"), kind=Allowance.Kind.OPEN).order_by()
    finished = Enrolment.objects.filter(person=OuterRef("person_id"), completed_at__isnull=False).order_by()
    score = (
        Attempt.objects.filter(enrolment=OuterRef("pk"), quiz=OuterRef("completions__step_id"), score__isnull=False)
        .order_by()
        .values("quiz")
        # A quiz without points cannot be failed.
        .annotate(best=Coalesce(Max(Cast("score", FloatField()) * 100 / NullIf("max_score", 0)), 100.0))
    )
    return (
        rows.annotate(
            opening_days=Subquery(days.values("found")),
            allowed_pages=Subquery(allowed.values("enrolment").annotate(found=JSONList("page_id")).values("found")),
            finished_tracks=Subquery(finished.values("person").annotate(found=JSONList("track_id")).values("found")),
            best=Subquery(score.values("best")),
        )
        .order_by("completions__completed_at", "completions__pk")
        .values(
            "pk",
            "track_id",
            "enrolled_at",
            "last_activity_at",
            "completed_at",
            "certificate__code",
            "cohort__name",
            "cohort__opens_on",
            "cohort__time_zone",
            "opening_days",
            "allowed_pages",
            "finished_tracks",
            "completions__step_id",
            "completions__completed_at",
            "best",
        )
    )


def _by_pk(rows):
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row["pk"], []).append(row)
    return {pk: _enrolled(lines) for pk, lines in found.items()}


def _enrolled(rows):
    first = rows[0]
    done = {row["completions__step_id"]: row["best"] for row in rows if row["completions__step_id"] is not None}
    zone = ZoneInfo(first["cohort__time_zone"]) if first["cohort__time_zone"] else PARIS
    return Enrolled(
        pk=first["pk"],
        track_pk=first["track_id"],
        last_activity_at=first["last_activity_at"],
        record=Record(
            done={step: None if best is None else int(round(best, 6)) for step, best in done.items()},
            enrolled_on=first["enrolled_at"].astimezone(zone).date(),
            begins_on=first["cohort__opens_on"],
            openings={module: date.fromisoformat(day) for module, day in first["opening_days"] or ()},
            allowed=frozenset(first["allowed_pages"] or ()),
            finished=frozenset(first["finished_tracks"] or ()),
            zone=zone,
        ),
        done_at={
            row["completions__step_id"]: row["completions__completed_at"] for row in rows if row["completions__step_id"]
        },
        completed_at=first["completed_at"],
        certificate_code=first["certificate__code"],
        cohort_name=first["cohort__name"] or "",
    )


OF_ENROLMENT = PreparedQuery(lambda pk: _read(Enrolment.objects.filter(pk=pk)), -1)
OF_PERSON = PreparedQuery(
    lambda person_pk, track_pk: _read(Enrolment.objects.active().filter(person=person_pk, track=track_pk)), -1, -2
)
