"""Mark attempts again when the key of a quiz was wrong: look first, then write. Nothing is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from django.db import transaction
from django.db.models import Exists, OuterRef

from courses.grading import Result
from courses.models import QuizPage, QuizVersion
from courses.quizzes import Quiz
from courses.versions import store, thaw
from learners import attempts, reviews
from learners.errors import KeyMisfit, LearnerError, NotEnrolled
from learners.models import Answer, Attempt, Enrolment, Regrade


@dataclass(frozen=True)
class Outcome:
    """What another key makes of an attempt; ``changed`` lists (answer as it is, its new Grade) pairs."""

    attempt: Attempt
    result: Result
    changed: tuple
    # What the attempt was before: writing the outcome changes it.
    score: float
    passed: bool | None
    marked_by: int | None  # the primary key of its key

    @property
    def gains(self):
        """Whether the attempt passes now, and did not before."""
        return bool(self.result.passed and not self.passed)

    @property
    def loses(self):
        """Whether the attempt passed, and would no longer."""
        return bool(self.passed and not self.result.passed)


def foresee(*, attempt_pk, key):
    """What marking this sent attempt with the key of that version would change; nothing is written.

    Raises KeyMisfit when an answer could not have been given to the questions of that version.
    """
    return _foreseen(_readable().get(pk=attempt_pk), key)


@dataclass(frozen=True)
class Mending:
    """What is to become of the marks of a quiz: ``quiz`` as it stands today, and a choice by question id."""

    page: QuizPage
    quiz: Quiz
    choices: Mapping
    keys: dict = field(default_factory=dict)

    def key_for(self, attempt):
        """The key, not stored yet, that mends this attempt: one per key that marks attempts today."""
        if attempt.key_id not in self.keys:
            content = self.quiz.mending(self.choices, thaw(attempt.key) if attempt.key else None)
            self.keys[attempt.key_id] = QuizVersion(quiz=self.page, content=content.to_json())
        return self.keys[attempt.key_id]


def foresee_all(mending):
    """What it would change in every sent attempt at the quiz: (outcomes that change, misfits) pair; nothing is written.

    Five queries for 500 attempts. Those who would lose a pass come first, then those who would gain one, then the
    others, oldest first.
    """
    changing, misfits = [], 0
    sent = _readable().filter(quiz_id=mending.page.pk, enrolment__withdrawn_at=None).order_by("submitted_at", "pk")
    for attempt in sent.select_related("enrolment__person", "enrolment__cohort").iterator(chunk_size=500):
        try:
            outcome = _foreseen(attempt, mending.key_for(attempt))
        except KeyMisfit:
            misfits += 1
            continue
        if outcome.changed:
            changing.append(outcome)
    return sorted(changing, key=lambda one: (not one.loses, not one.gains)), misfits


def digest(outcomes):
    """A few letters that are the same as long as the same attempts change in the same way."""
    lines = [(one.attempt.pk, one.score, one.result.score, one.result.passed) for one in outcomes]
    return sha256(repr(lines).encode()).hexdigest()


def mend(mending, outcomes, *, by, why, at, may_lose, until):
    """Do what ``foresee_all`` says, one attempt after the other, each in its own transaction.

    ``until`` is the reading of the monotonic clock at which to stop. Returns how many attempts changed, how many kept
    a pass that they would have lost, and how many were not reached.
    """
    keys = {one: store(mending.page, key.thawed, at=at) for one, key in mending.keys.items()}
    changed = kept = 0
    for place, one in enumerate(outcomes):
        if monotonic() > until:
            return changed, kept, len(outcomes) - place
        key = keys[one.marked_by]
        try:
            outcome = regrade(attempt_pk=one.attempt.pk, key=key, by=by, why=why, at=at, may_lose=may_lose)
        except LearnerError:  # withdrawn meanwhile
            continue
        if outcome.loses and not may_lose:
            kept += 1
        elif outcome.changed:
            changed += 1
    return changed, kept, 0


def questions_marked_otherwise(quiz_pk, quiz):
    """The ids of the questions of ``quiz`` that some sent attempt met with another key."""
    today = {one.id: one for one in quiz.questions}
    sent = Attempt.objects.filter(quiz_id=quiz_pk, submitted_at__isnull=False, enrolment__withdrawn_at=None)
    met = QuizVersion.objects.filter(
        Exists(sent.filter(key=None, version=OuterRef("pk"))) | Exists(sent.filter(key=OuterRef("pk")))
    )
    return {
        one.id
        for version in met.filter(quiz_id=quiz_pk)
        for one in thaw(version).questions
        if one.id in today and not one.marks_like(today[one.id])
    }


def _readable():
    """Sent attempts with what marking them again needs."""
    # Prefetched, a version is read once for all its attempts.
    return Attempt.objects.submitted().select_related("quiz").prefetch_related("version", "key", "answers__review")


def _foreseen(attempt, key):
    """The Outcome of this attempt with that key."""
    marked_by, attempt.key = attempt.key_id, key
    kept = {answer.question_id: answer for answer in attempt.answers.all()}
    if not all(attempt.paper.question(one.question_id).accepts(one.response) for one in kept.values()):
        raise KeyMisfit
    result = attempts.result_of(attempt, kept, reviews=reviews.given(attempt.paper, kept.values()))
    changed = [(kept[grade.question_id], grade) for grade in result.grades]
    return Outcome(
        attempt=attempt,
        result=result,
        changed=tuple((answer, grade) for answer, grade in changed if answer.points != grade.points),
        score=attempt.score,
        passed=attempt.passed,
        marked_by=marked_by,
    )


def regrade(*, attempt_pk, key, by, why, at, may_lose=False):
    """Do what ``foresee`` says: a Regrade for each answer whose points change, and the attempt settled.

    An attempt that would lose its pass stays as it is unless ``may_lose``. Doing it twice changes nothing. Returns
    the Outcome. Raises NotEnrolled, or KeyMisfit.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked_for(attempt_pk)
        if enrolment is None:
            raise NotEnrolled
        outcome = foresee(attempt_pk=attempt_pk, key=key)
        if outcome.loses and not may_lose:
            return outcome
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
                passed_before=outcome.passed,
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
