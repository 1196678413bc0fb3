"""Open, save, submit: an answer is on the server as soon as it is given, and graded once."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, When

from courses.grading import grade
from courses.models import QuizPage, QuizVersion
from courses.outline import outline_by_pk
from courses.quizzes import Quiz
from courses.versions import freeze, thaw
from learners import progress
from learners.access import may_see_attempt
from learners.errors import (
    AttemptClosed,
    ForeignAnswer,
    MissingAnswers,
    NoAttemptLeft,
    NotEnrolled,
    StaleAnswers,
    StepGone,
    StepLocked,
)
from learners.merging import Basis, Clash, Stored, elsewhere, merge
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


@dataclass(frozen=True)
class Saving:
    """What came of a save: the attempt, its quiz, every stored response, and what was refused."""

    attempt: Attempt
    quiz: Quiz
    stored: dict[str, Stored]
    basis: Basis | None
    clashes: tuple[Clash, ...]

    @property
    def elsewhere(self):
        """The ids of the questions that another page answered since this one was made."""
        return elsewhere(self.stored, self.basis)

    @property
    def responses(self):
        """What is stored, by question id."""
        return {question_id: one.response for question_id, one in self.stored.items()}


def save(*, attempt_pk, responses, at, by=None, basis=None):
    """Keep these provisional responses, keyed by question id. Safe to repeat. Returns a Saving.

    ``by`` is the person who answers; None when the product itself does. ``basis`` says what the
    page was made from. Raises Attempt.DoesNotExist for an attempt that is not theirs, AttemptClosed
    after submission, ForeignAnswer for what the quiz does not hold: then nothing of the call is
    written. Raises StaleAnswers when another page gave other answers meanwhile: then the others are.
    """
    with transaction.atomic():
        attempt, quiz, stored = _open_one(attempt_pk, by=by, at=at)
        saving = _keep(attempt, quiz, stored, responses, basis, at=at)
    if saving.clashes:
        raise StaleAnswers(saving)
    return saving


def submit(*, attempt_pk, responses, at, by=None, basis=None, allow_blank=False):
    """Keep these responses, grade the attempt, and complete the step when it is earned.

    A pass, or any submission of a quiz without a pass mark, completes the step. Raises what ``save``
    raises (AttemptClosed with the result intact), and MissingAnswers unless ``allow_blank``: the
    responses are kept. What the learner did not see on that page is not graded: StaleAnswers.
    """
    with transaction.atomic():
        attempt, quiz, stored = _open_one(attempt_pk, by=by, at=at)
        saving = _keep(attempt, quiz, stored, responses, basis, at=at, final=True)
        kept = saving.responses
        missing = [question.id for question in quiz.questions if not kept.get(question.id)]
        if not saving.clashes and (allow_blank or not missing):
            _grade(attempt, quiz, kept, at=at)
            return attempt
    if saving.clashes:
        raise StaleAnswers(saving)
    raise MissingAnswers(missing)


def _open_one(attempt_pk, *, by, at):
    """The open attempt behind the lock of its enrolment, its frozen quiz, and what is stored."""
    if not Enrolment.objects.locked_by_activity(attempt_pk=attempt_pk, at=at):
        Attempt.objects.only("pk").get(pk=attempt_pk)
        raise NotEnrolled
    attempt, stored = _with_answers(attempt_pk)
    if by is not None and not may_see_attempt(by, attempt):
        raise Attempt.DoesNotExist
    if attempt.submitted_at is not None:
        raise AttemptClosed
    return attempt, thaw(attempt.version), stored


def _with_answers(attempt_pk):
    """The attempt with its enrolment and version, and its answers, in one query.

    There is a row per answer; the questions, which weigh the most, come with the first one only.
    """
    first = Answer.objects.filter(attempt=OuterRef("pk")).order_by("pk").values("pk")[:1]
    rows = list(
        Attempt.objects.filter(pk=attempt_pk)
        .select_related("enrolment")
        .annotate(
            answer=F("answers__pk"),
            question=F("answers__question_id"),
            response=F("answers__response"),
            at_revision=F("answers__revision"),
            by_page=F("answers__page"),
            by_turn=F("answers__turn"),
            content=Case(When(Q(answers=None) | Q(answers=Subquery(first)), then=F("version__content"))),
        )
        .order_by("answer")
    )
    if not rows:
        raise Attempt.DoesNotExist
    attempt = rows[0]
    attempt.version = QuizVersion(pk=attempt.version_id, content=attempt.content)
    stored = {
        row.question: Stored(row.response, row.at_revision, row.by_page, row.by_turn)
        for row in rows
        if row.question is not None
    }
    return attempt, stored


def _keep(attempt, quiz, stored, responses, basis, *, at, final=False):
    """Write the responses that changed and that no newer answer contradicts."""
    for question_id, response in responses.items():
        question = quiz.question(question_id)
        if question is None or not question.accepts(response):
            raise ForeignAnswer
    merged = merge(stored, responses, basis, final=final)
    attempt.saved_at = at
    if merged.changed:
        attempt.revision += 1
        origin = {"revision": attempt.revision, "page": basis.page if basis else "", "turn": basis.turn if basis else 0}
        Answer.objects.bulk_create(
            [
                Answer(attempt=attempt, question_id=key, response=value, saved_at=at, **origin)
                for key, value in merged.changed.items()
            ],
            update_conflicts=True,
            unique_fields=["attempt", "question_id"],
            update_fields=["response", "saved_at", *origin],
        )
        stored = stored | {key: Stored(value, **origin) for key, value in merged.changed.items()}
    attempt.save(update_fields=["saved_at", "revision"])
    return Saving(attempt=attempt, quiz=quiz, stored=stored, basis=basis, clashes=merged.clashes)


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
