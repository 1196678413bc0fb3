"""Open, save, check, submit: an answer is on the server as soon as it is given, and graded once."""

from random import SystemRandom
from time import monotonic

from django.db import transaction

from courses.grading import counted, earlier, finished, grade
from courses.models import QuizPage
from courses.outline import outline_by_pk
from courses.versions import freeze, thaw
from learners import progress
from learners.access import may_see_attempt
from learners.errors import (
    AttemptClosed,
    ForeignAnswer,
    MissingAnswers,
    NoAttemptLeft,
    NotEnrolled,
    QuizClosed,
    StaleAnswers,
    StepGone,
    StepLocked,
    TimeOver,
)
from learners.keeping import keep, page_of, row_of, stored_of, with_answers
from learners.merging import Stored
from learners.models import Answer, Attempt, Enrolment
from learners.records import record_of
from learners.standing import why_locked
from learners.terms import GRACE, terms_of


def open_attempt(*, enrolment_pk, quiz_pk, at):
    """The open attempt of this learner at this quiz: a new one, or the one that is already open.

    An open one whose time is over is graded first. Raises NotEnrolled, StepGone, StepLocked,
    NoAttemptLeft or QuizClosed.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked(enrolment_pk)
        if enrolment is None:
            raise NotEnrolled
        attempts = list(enrolment.attempts.filter(quiz_id=quiz_pk).select_related("version", "quiz"))
        existing = next((one for one in attempts if one.submitted_at is None), None)
        if existing and not overdue(existing, at):
            return existing
        if existing:
            existing.enrolment = enrolment
            _send(existing, stored_of(existing), at=at)
        outline = outline_by_pk(enrolment.track_id)
        step = outline.by_pk.get(quiz_pk) if outline else None
        if step is None or step.kind != QuizPage.kind:
            raise StepGone
        lock = why_locked(outline, step, record=record_of(enrolment.pk), now=at)
        if lock:
            raise StepLocked(lock)
        terms = terms_of(quiz_pk=quiz_pk, enrolment_pk=enrolment.pk, attempts=attempts)
        if terms.attempts_left == 0:
            raise NoAttemptLeft
        refusal = terms.refusal(at)
        if refusal:
            raise QuizClosed(refusal)
        progress.touch(enrolment, at=at)
        return _begin(enrolment, terms, at=at)


def _begin(enrolment, terms, *, at):
    """A new attempt: its version, its questions and their order, its deadline."""
    attempt = Attempt(
        enrolment=enrolment,
        quiz=terms.page,
        version=freeze(terms.page, at=at),
        number=terms.used + 1,
        opened_at=at,
        deadline_at=terms.deadline(at),
    )
    dice = SystemRandom()
    quiz = thaw(attempt.version)
    if quiz.draws or terms.page.shuffle_questions:
        attempt.layout = quiz.lay_out(dice, shuffle=terms.page.shuffle_questions)
    if terms.page.shuffle_choices:
        attempt.seed = dice.randrange(2**31)
    attempt.max_score = attempt.paper.max_score
    attempt.save(force_insert=True)
    return attempt


def save(*, attempt_pk, responses, at, by=None, basis=None, certainties=None):
    """Keep these provisional responses, keyed by question id. Safe to repeat. Returns a Saving.

    ``by`` is the person who answers; None when the product itself does. For ``certainties`` and
    ``basis`` see keeping.Page. Responses and certainties may also be functions of the quiz that give
    them: a posted form is read once its questions are known.

    Raises Attempt.DoesNotExist for an attempt that is not theirs, AttemptClosed after submission,
    TimeOver (then the attempt is graded from what was saved in time), ForeignAnswer for what the quiz
    does not hold: then nothing of the call is written. Raises StaleAnswers when another page gave
    other answers meanwhile: then the others are.
    """
    with transaction.atomic():
        attempt, stored = _open_one(attempt_pk, by=by, at=at)
        over = _close_if_over(attempt, stored, at=at)
        if not over:
            saving = keep(attempt, stored, page_of(attempt, responses, certainties, basis), at=at)
    if over:
        raise TimeOver
    if saving.clashes:
        raise StaleAnswers(saving)
    return saving


def check(*, attempt_pk, question_id, responses, at, by=None, basis=None, certainties=None):
    """Keep these responses, and check one of them where the quiz allows: one more try, once.

    Checking the same response again changes nothing, and so does checking a question that is
    finished. Raises what ``save`` does, ForeignAnswer for a question that is not checked as one
    goes, and MissingAnswers for one that is not complete; in that last case the responses are kept.
    """
    complete = False
    with transaction.atomic():
        attempt, stored = _open_one(attempt_pk, by=by, at=at)
        over = _close_if_over(attempt, stored, at=at)
        if not over:
            saving = keep(attempt, stored, page_of(attempt, responses, certainties, basis), at=at)
            complete = not saving.clashes and _try(saving, question_id, at=at)
    if over:
        raise TimeOver
    if saving.clashes:
        raise StaleAnswers(saving)
    if not complete:
        raise MissingAnswers([question_id])
    return attempt


def _try(saving, question_id, *, at):
    """Append a try to the answer to this question; False when there is nothing complete to try."""
    question = saving.quiz.question(question_id)
    if question is None or not saving.quiz.checks(question):
        raise ForeignAnswer
    answer = saving.stored.get(question_id)
    if answer is None or not question.complete(answer.response):
        return False
    if not finished(question, answer.tries) and earlier(answer.tries, answer.response) == len(answer.tries):
        fraction = question.fraction(answer.response)
        tries = [*answer.tries, {"response": answer.response, "fraction": fraction, "at": at.isoformat()}]
        Answer.objects.filter(attempt=saving.attempt, question_id=question_id).update(tries=tries)
    return True


def submit(*, attempt_pk, responses, at, by=None, basis=None, certainties=None, allow_blank=False):
    """Keep these responses, grade the attempt, and complete the step when it is earned.

    Any submission of a quiz without a pass mark completes the step; else the attempts that count
    must reach it. Raises what ``save`` does (AttemptClosed and TimeOver with the result intact), and
    MissingAnswers unless ``allow_blank``: the responses are kept. What the learner did not see on
    that page is not graded: StaleAnswers.
    """
    missing = []
    with transaction.atomic():
        attempt, stored = _open_one(attempt_pk, by=by, at=at)
        over = _close_if_over(attempt, stored, at=at)
        if not over:
            saving = keep(attempt, stored, page_of(attempt, responses, certainties, basis), at=at, final=True)
            if not allow_blank:
                missing = [one.id for one in attempt.paper.questions if not _complete(one, saving.stored)]
            if not saving.clashes and not missing:
                _send(attempt, saving.stored, at=at)
    if over:
        raise TimeOver
    if saving.clashes:
        raise StaleAnswers(saving)
    if missing:
        raise MissingAnswers(missing)
    return attempt


def overdue(attempt, at):
    """Whether the time of an open attempt is over, what was on its way included."""
    return attempt.deadline_at is not None and at > attempt.deadline_at + GRACE


def close_overdue(*, now, patience):
    """Grade the attempts whose time is over from what was saved. Returns how many.

    Stops after that many seconds; another pass follows. Twice at once does it once.
    """
    stop, closed = monotonic() + patience, 0
    late = Attempt.objects.overdue(now - GRACE).order_by("deadline_at").values_list("pk", flat=True)
    for pk in list(late):
        if monotonic() > stop:
            break
        closed += close_if_overdue(attempt_pk=pk, at=now)
    return closed


def close_if_overdue(*, attempt_pk, at):
    """Grade this attempt from what was saved if its time is over; whether this call did it."""
    with transaction.atomic():
        if Enrolment.objects.locked_for(attempt_pk) is None:
            return False
        attempt, stored = with_answers(attempt_pk)
        return attempt.submitted_at is None and _close_if_over(attempt, stored, at=at)


def _close_if_over(attempt, stored, *, at):
    """Send an open attempt whose time is over, as it was saved; whether it was."""
    over = overdue(attempt, at)
    if over:
        _send(attempt, stored, at=at)
    return over


def _open_one(attempt_pk, *, by, at):
    """The open attempt behind the lock of its enrolment, and what is stored."""
    if not Enrolment.objects.locked_by_activity(attempt_pk=attempt_pk, at=at):
        Attempt.objects.only("pk").get(pk=attempt_pk)
        raise NotEnrolled
    attempt, stored = with_answers(attempt_pk)
    if by is not None and not may_see_attempt(by, attempt):
        raise Attempt.DoesNotExist
    if attempt.submitted_at is not None:
        raise AttemptClosed
    return attempt, stored


def _complete(question, stored):
    return question.complete(stored[question.id].response if question.id in stored else question.blank)


def _send(attempt, stored, *, at):
    """Freeze the answers with their worth, close the attempt, complete the step when earned.

    An attempt whose time is over was sent when its time ended, whoever notices and when.
    """
    result = result_of(attempt, stored)
    Answer.objects.bulk_create(
        [
            _frozen(attempt, question, stored.get(question.id), one, at=at)
            for question, one in zip(attempt.paper.questions, result.grades, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["attempt", "question_id"],
        update_fields=["response", "asked", "said", "fraction", "points", "max_points"],
    )
    attempt.submitted_at = attempt.deadline_at if overdue(attempt, at) else at
    settle(attempt, result, at=at)


def result_of(attempt, answers, *, reviews=None):
    """The Result of these answers, by question id; ``reviews`` is what humans gave them, from 0 to 1."""
    return grade(
        attempt.paper,
        {key: answer.response for key, answer in answers.items()},
        certainties={key: answer.certainty for key, answer in answers.items() if answer.certainty},
        tries={key: earlier(answer.tries, answer.response) for key, answer in answers.items()},
        reviews=reviews,
    )


def settle(attempt, result, *, at, active=True):
    """Write the result of an attempt that is sent, and complete the step when it is earned.

    The caller holds the lock of the enrolment. ``active`` is False when the learner did nothing at
    that moment: somebody else gave a mark. What was earned before is never taken back.
    """
    attempt.score = result.score
    attempt.passed = result.passed
    attempt.awaiting = result.awaiting
    attempt.save(update_fields=["submitted_at", "score", "passed", "awaiting"])
    if _earned(attempt, result):
        # Earned: the step was open when the attempt began, whatever authors changed meanwhile.
        outline = outline_by_pk(attempt.enrolment.track_id)
        progress.record(attempt.enrolment, attempt.quiz_id, outline=outline, at=at, active=active)


def _earned(attempt, result):
    """Whether the step is earned, by the attempt that counts."""
    if attempt.paper.pass_mark is None or attempt.quiz.completion == QuizPage.Completion.HANDED_IN:
        return True
    method = attempt.quiz.counts
    if method == QuizPage.Counts.BEST:
        return bool(result.passed)
    sent = attempt.enrolment.attempts.filter(quiz_id=attempt.quiz_id, submitted_at__isnull=False).order_by("number")
    return counted(method, [one.percent for one in sent]) >= attempt.paper.pass_mark


def _frozen(attempt, question, there, worth, *, at):
    """The answer as history keeps it: the words of the day, and their worth."""
    one = there or Stored(question.blank)
    return row_of(
        attempt,
        question.id,
        one,
        saved_at=at,
        asked=question.summary,
        said=question.say(one.response),
        fraction=worth.fraction,
        points=worth.points,
        max_points=worth.max_points,
    )
