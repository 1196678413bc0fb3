"""A dozen learners in every state, whose figures are counted by hand in the tests; and four who do not count."""

from datetime import timedelta

from courses.models import QuizPage
from courses.outline import outline_by_pk
from learners import attempts, enrolment
from learners.models import Enrolment
from tests.factories.learners import NOW, enrol, finish_step, make_cohort, make_person

DAY = timedelta(days=1)

# Name: days since the enrolment, then since each step was finished, in order; days since each attempt that failed;
# sector. The cohort opens on 1 October, the track is made of two lessons, a quiz, and a lesson in a second module.
DOZEN = {
    "Ada": (40, (39, 33, 27, 20), (), "association"),
    "Bob": (40, (39, 34, 26), (), "association"),
    "Cleo": (30, (29, 20), (), "association"),
    "Dan": (30, (), (), "association"),
    "Eve": (20, (12,), (), "association"),
    "Fay": (20, (19, 10), (), "entreprise"),
    "Gus": (14, (7,), (), "entreprise"),
    "Hal": (13, (12, 3), (2, 2, 2), "entreprise"),
    "Ivy": (9, (), (), "entreprise"),
    "Jon": (60, (50, 45, 4, 1), (), ""),
    "Kim": (25, (24, 23), (15,), ""),
    "Lou": (16, (15, 14), (), ""),
}


def follow(cohort, name, *, since, steps=(), failures=(), sector="", **fields):
    """The enrolment of somebody of this cohort, with what they did so many days before NOW."""
    person = make_person(f"{name.lower()}@example.org", first_name=name, last_name="", **fields)
    row = enrol(person, cohort.track, at=NOW - since * DAY, cohort=cohort)
    outline = outline_by_pk(cohort.track_id)
    for step, days in zip(outline.steps, steps, strict=False):
        finish_step(row, step, at=NOW - days * DAY)
    quiz = next(step for step in outline.steps if step.kind == QuizPage.kind)
    for days in failures:
        fail(row, quiz, at=NOW - days * DAY)
    Enrolment.objects.filter(pk=row.pk).update(sector=sector)
    row.refresh_from_db()
    return row


def fail(row, quiz, *, at):
    """Send an attempt without any answer."""
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=at)
    return attempts.submit(attempt_pk=attempt.pk, responses={}, at=at, allow_blank=True)


def a_dozen(cohort):
    """The enrolments of the dozen by name, among people who count nowhere."""
    gone = follow(cohort, "Parti", since=20, steps=(12, 11))
    enrolment.withdraw(person=gone.person, track_pk=cohort.track_id, at=NOW)
    follow(cohort, "Membre", since=20, steps=(12, 11), sector="association", is_staff=True)
    follow(make_cohort(cohort.track, name="Printemps"), "Ailleurs", since=20, steps=(12,), failures=(), sector="autre")
    enrol(make_person("seule@example.org"), cohort.track)
    return {
        name: follow(cohort, name, since=since, steps=steps, failures=failures, sector=sector)
        for name, (since, steps, failures, sector) in DOZEN.items()
    }
