"""Mark attempts again when the key of a quiz was wrong: look first, then write. Nothing is taken back."""

from dataclasses import dataclass

from django.db import transaction

from courses.grading import Result
from learners import attempts, reviews
from learners.errors import KeyMisfit, NotEnrolled
from learners.models import Answer, Attempt, Enrolment, Regrade


@dataclass(frozen=True)
class Outcome:
    """What another key makes of an attempt; ``changed`` lists (answer as it is, its new Grade) pairs."""

    attempt: Attempt
    result: Result
    changed: tuple


def foresee(*, attempt_pk, key):
    """What marking this sent attempt with the key of that version would change; nothing is written.

    Raises KeyMisfit when an answer could not have been given to the questions of that version.
    """
    attempt = Attempt.objects.submitted().select_related("version", "quiz").get(pk=attempt_pk)
    attempt.key = key
    kept = {answer.question_id: answer for answer in attempt.answers.select_related("review")}
    if not all(attempt.paper.question(one.question_id).accepts(one.response) for one in kept.values()):
        raise KeyMisfit
    result = attempts.result_of(attempt, kept, reviews=reviews.given(attempt.paper, kept.values()))
    changed = [(kept[grade.question_id], grade) for grade in result.grades]
    return Outcome(
        attempt=attempt,
        result=result,
        changed=tuple((answer, grade) for answer, grade in changed if answer.points != grade.points),
    )


def regrade(*, attempt_pk, key, by, why, at):
    """Do what ``foresee`` says: a Regrade for each answer whose points change, and the attempt settled.

    Doing it twice changes nothing. Returns the Outcome. Raises NotEnrolled, or KeyMisfit.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked_for(attempt_pk)
        if enrolment is None:
            raise NotEnrolled
        outcome = foresee(attempt_pk=attempt_pk, key=key)
        outcome.attempt.enrolment = enrolment
        outcome.attempt.save(update_fields=["key"])
        for answer, grade in outcome.changed:
            Regrade.objects.create(
                answer=answer,
                at=at,
                by=by,
                why=why,
                before=answer.points,
                after=grade.points,
                passed_before=outcome.attempt.passed,
                passed_after=outcome.result.passed,
                key=key,
            )
            Answer.objects.filter(pk=answer.pk).update(fraction=grade.fraction, points=grade.points)
        if outcome.changed:
            attempts.settle(outcome.attempt, outcome.result, at=at, active=False)
    return outcome


def to_regrade(key):
    """The sent attempts at this quiz that were marked with another key, oldest first."""
    marked = Attempt.objects.filter(quiz_id=key.quiz_id, submitted_at__isnull=False, enrolment__withdrawn_at=None)
    return marked.exclude(key=key).exclude(key=None, version=key).order_by("submitted_at", "pk")
