"""The answers of many learners to one quiz, handed to the statistics of courses.item_analysis."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q

from courses.item_analysis import Given, QuizFigures, Sitting, analyse
from courses.models import QuizVersion
from courses.versions import thaw
from learners.models import Answer, Attempt


@dataclass(frozen=True)
class VersionMet:
    """A version of a quiz that learners have met: how many first attempts it had, and when the last one was sent."""

    pk: int
    count: int
    last_at: datetime


def first_attempts(*, cohort=None):
    """Submitted first attempts of learners, of one cohort or of all; staff never count."""
    rows = Attempt.objects.filter(number=1, submitted_at__isnull=False, enrolment__person__is_staff=False)
    return rows.filter(enrolment__cohort=cohort) if cohort else rows


def first_attempt_counts(quiz_pks, *, cohort=None):
    """How many first attempts each of these quizzes had, by primary key; none is left out. One query."""
    rows = first_attempts(cohort=cohort).filter(quiz__in=quiz_pks)
    counts = rows.order_by().values_list("quiz").annotate(count=Count("pk"))
    return dict.fromkeys(quiz_pks, 0) | dict(counts)


def versions_met(quiz_pk, *, cohort=None):
    """The versions of this quiz with first attempts, the one met last at the top. One query."""
    mine = Q(attempts__in=first_attempts(cohort=cohort))
    rows = (
        QuizVersion.objects.filter(quiz_id=quiz_pk)
        .annotate(count=Count("attempts", filter=mine), last_at=Max("attempts__submitted_at", filter=mine))
        .filter(count__gt=0)
        .order_by("-last_at", "-pk")
    )
    return [VersionMet(*values) for values in rows.values_list("pk", "count", "last_at")]


def figures_of(version_pk, *, cohort=None) -> QuizFigures:
    """The figures of one version of a quiz. Two queries, whatever the number of learners."""
    version = QuizVersion.objects.get(pk=version_pk)
    answers = Answer.objects.filter(attempt__in=first_attempts(cohort=cohort).filter(version=version))
    rows = answers.annotate(length=F("attempt__submitted_at") - F("attempt__opened_at"))
    given: dict[int, dict[str, Given]] = {}
    seconds: dict[int, float] = {}
    for attempt_pk, length, question_id, *answer in rows.values_list(
        "attempt", "length", "question_id", "response", "said", "fraction", "tries"
    ).iterator():
        given.setdefault(attempt_pk, {})[question_id] = first_given(*answer)
        seconds[attempt_pk] = length.total_seconds()
    return analyse(thaw(version), [Sitting(given[pk], seconds[pk]) for pk in given])


def first_given(response, said, fraction, tries):
    """What was given first: in a quiz that is checked as one goes, the try that came before any help."""
    if tries:
        return Given(tries[0]["response"], tries[0]["fraction"])
    return Given(response, fraction, blank=not said)
