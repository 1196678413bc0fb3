"""Open, save, submit: an answer is on the server as soon as it is given, and graded once."""

from django.db import transaction

from courses.grading import grade
from courses.models import QuizPage
from courses.outline import outline_by_pk
from courses.versions import freeze, thaw
from learners import progress
from learners.errors import (
    AttemptClosed,
    ForeignAnswer,
    MissingAnswers,
    NoAttemptLeft,
    NotEnrolled,
    StepGone,
    StepLocked,
)
from learners.models import Answer, Attempt, Enrolment
from learners.standing import why_locked


def open_attempt(*, enrolment_pk, quiz_pk, at):
    """The open attempt of this learner at this quiz: a new one, or the one that is already open.

    Raises NotEnrolled, StepGone, StepLocked or NoAttemptLeft.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked(enrolment_pk)
        if enrolment is None:
            raise NotEnrolled
        existing = enrolment.attempts.open().filter(quiz_id=quiz_pk).first()
        if existing:
            return existing
        outline = outline_by_pk(enrolment.track_id)
        step = outline.by_pk.get(quiz_pk) if outline else None
        if step is None or step.kind != QuizPage.kind:
            raise StepGone
        lock = why_locked(outline, step, enrolled=True, done=progress.done_ids(enrolment))
        if lock:
            raise StepLocked(lock)
        quiz = QuizPage.objects.get(pk=quiz_pk)
        used = enrolment.attempts.filter(quiz=quiz).count()
        if quiz.max_attempts is not None and used >= quiz.max_attempts:
            raise NoAttemptLeft
        version = freeze(quiz, at=at)
        progress.touch(enrolment, at=at)
        return Attempt.objects.create(
            enrolment=enrolment,
            quiz=quiz,
            version=version,
            number=used + 1,
            opened_at=at,
            max_score=thaw(version).max_score,
        )


def save(*, attempt_pk, responses, at):
    """Keep these provisional responses, keyed by question id. Safe to repeat.

    Raises AttemptClosed after submission, ForeignAnswer for what the quiz does not hold: then
    nothing of the call is written.
    """
    with transaction.atomic():
        attempt, quiz = _open_one(attempt_pk)
        _keep(attempt, quiz, responses, at=at)
    return attempt


def submit(*, attempt_pk, responses, at, allow_blank=False):
    """Keep these responses, grade the attempt, and complete the step when it is earned.

    A pass, or any submission of a quiz without a pass mark, completes the step. Raises
    AttemptClosed (with the result intact), ForeignAnswer, or MissingAnswers unless
    ``allow_blank``; in that last case the responses are kept.
    """
    with transaction.atomic():
        attempt, quiz = _open_one(attempt_pk)
        kept = _keep(attempt, quiz, responses, at=at)
        missing = [question.id for question in quiz.questions if not kept.get(question.id)]
        if not missing or allow_blank:
            _grade(attempt, quiz, kept, at=at)
            return attempt
    raise MissingAnswers(missing)


def _open_one(attempt_pk):
    """The open attempt behind the lock of its enrolment, and its frozen quiz."""
    enrolment = Enrolment.objects.locked(Attempt.objects.filter(pk=attempt_pk).values("enrolment_id")[:1])
    if enrolment is None:
        raise NotEnrolled
    attempt = Attempt.objects.select_related("version").get(pk=attempt_pk)
    attempt.enrolment = enrolment
    if attempt.submitted_at is not None:
        raise AttemptClosed
    return attempt, thaw(attempt.version)


def _keep(attempt, quiz, responses, *, at):
    """Write the responses that changed; return all that are kept, by question id."""
    for question_id, response in responses.items():
        question = quiz.question(question_id)
        if question is None or not question.accepts(response):
            raise ForeignAnswer
    kept = dict(attempt.answers.values_list("question_id", "response"))
    changed = {key: value for key, value in responses.items() if kept.get(key) != value}
    Answer.objects.bulk_create(
        [Answer(attempt=attempt, question_id=key, response=value, saved_at=at) for key, value in changed.items()],
        update_conflicts=True,
        unique_fields=["attempt", "question_id"],
        update_fields=["response", "saved_at"],
    )
    attempt.saved_at = at
    attempt.save(update_fields=["saved_at"])
    progress.touch(attempt.enrolment, at=at)
    return kept | changed


def _grade(attempt, quiz, kept, *, at):
    """Freeze the answers with their worth, close the attempt, complete the step when earned."""
    result = grade(quiz, kept)
    Answer.objects.bulk_create(
        [
            Answer(
                attempt=attempt,
                question_id=question.id,
                response=kept.get(question.id, []),
                saved_at=at,
                asked=question.summary,
                said=question.say(kept.get(question.id, [])),
                points=one.points,
                max_points=one.max_points,
            )
            for question, one in zip(quiz.questions, result.grades, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["attempt", "question_id"],
        update_fields=["response", "asked", "said", "points", "max_points"],
    )
    attempt.submitted_at = at
    attempt.score = result.score
    attempt.passed = result.passed
    attempt.save(update_fields=["submitted_at", "score", "passed"])
    if result.passed is not False:
        # Earned: the step was open when the attempt began, whatever authors changed meanwhile.
        outline = outline_by_pk(attempt.enrolment.track_id)
        progress.record(attempt.enrolment, attempt.quiz_id, outline=outline, at=at)
