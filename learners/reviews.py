"""Review the answers that no machine can mark: oldest first, one reader at a time, every change dated."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.reveal import FEEDBACK, MARKS, SCORE
from learners import attempts, letters
from learners.access import may_review, reviewable_by
from learners.errors import AlreadyReviewed, IncompleteReview, NotReviewer, ReviewTaken
from learners.models import Answer, Enrolment, Letter, Regrade, Review
from learners.terms import shown_of

# Long enough to read a long text with care; short enough that a closed laptop blocks nobody for the day.
CLAIM = timedelta(minutes=30)


def queue(person):
    """The answers that wait for this person, those that wait longest first."""
    return (
        Answer.objects.awaiting()
        .filter(reviewable_by(person))
        .select_related("review__claimed_by", "attempt__quiz", "attempt__enrolment__track")
        .order_by("attempt__submitted_at", "pk")
    )


def reviewed_by(person):
    """The reviews that this person gave and may still change, the latest first."""
    given = Answer.objects.filter(reviewable_by(person), review__graded_by=person)
    return Review.objects.filter(answer__in=given).select_related("answer__attempt__quiz").order_by("-graded_at", "-pk")


def claim(*, answer_pk, by, at):
    """Reserve this answer for this reader for a while; claiming it again gives more time.

    Returns the Review. Raises NotReviewer, AlreadyReviewed, or ReviewTaken while somebody else reads it.
    """
    with transaction.atomic():
        review = _locked(answer_pk, by)
        _refuse_if_taken(review, by, at)
        review.claimed_by, review.claimed_until = by, at + CLAIM
        review.save()
    return review


def claim_next(*, by, at):
    """Reserve the oldest answer that nobody else is reading; None when there is none."""
    free = ~Q(review__claimed_until__gt=at) | Q(review__claimed_by=by)
    for answer_pk in queue(by).filter(free).values_list("pk", flat=True):
        try:
            return claim(answer_pk=answer_pk, by=by, at=at)
        except (NotReviewer, AlreadyReviewed, ReviewTaken):  # somebody was quicker
            continue
    return None


def release(*, answer_pk, by, at):
    """Leave this answer to somebody else. Safe to repeat. Raises NotReviewer."""
    with transaction.atomic():
        review = _locked(answer_pk, by)
        if review.holder(at) == by:
            review.claimed_by = review.claimed_until = None
            review.save()


def review(*, answer_pk, by, levels, comment, at):
    """Mark this answer: points by criterion id, and a comment for the learner.

    The attempt is graded again, the step completed when it is earned, and the learner told once
    nothing of the attempt waits. Doing the same twice changes nothing. Returns the Review. Raises
    NotReviewer, AlreadyReviewed, ReviewTaken, or IncompleteReview when the points do not fit.
    """
    with transaction.atomic():
        review = _locked(answer_pk, by)
        if review.graded_by == by and (review.levels, review.comment) == (levels, comment):
            return review
        _refuse_if_taken(review, by, at)
        review.claimed_by = review.claimed_until = None
        review.graded_by, review.graded_at = by, at
        _mark(review, levels, comment, at=at)
        attempt = review.answer.attempt
        if not attempt.awaiting:
            _tell(attempt, key=f"review:{attempt.pk}", at=at)
    return review


def amend(*, answer_pk, by, levels, comment, why, at):
    """Change a mark that was given, and keep what it was: a Regrade, or None when nothing changes.

    The learner is told of each change that the quiz shows, unless the first letter is still to come.
    Raises NotReviewer, or IncompleteReview when the points do not fit or the reason is missing.
    """
    with transaction.atomic():
        review = _locked(answer_pk, by)
        if review.graded_at is None or not why:
            raise IncompleteReview
        if (review.levels, review.comment) == (levels, comment):
            return None
        before = {
            "before": review.answer.points,
            "levels_before": review.levels,
            "comment_before": review.comment,
            "passed_before": review.answer.attempt.passed,
        }
        _mark(review, levels, comment, at=at)
        regrade = Regrade.objects.create(
            answer=review.answer,
            at=at,
            by=by,
            why=why,
            after=review.answer.points,
            passed_after=review.answer.attempt.passed,
            **before,
        )
        attempt = review.answer.attempt
        if not attempt.awaiting and _is_seen(regrade, review, shown_of(attempt, at)):
            _tell(attempt, key=f"regrade:{regrade.pk}", at=at)
        return regrade


def _is_seen(regrade, review, shown):
    """Whether the learner, to whom the quiz shows these kinds of information, sees what this change changes."""
    if FEEDBACK in shown and (regrade.levels_before, regrade.comment_before) != (review.levels, review.comment):
        return True
    return regrade.before != regrade.after and not shown.isdisjoint({MARKS, SCORE})


def _tell(attempt, *, key, at):
    """One letter to the learner for what this key names."""
    enrolment = attempt.enrolment
    letters.write(kind=Letter.Kind.REVIEW, person=enrolment.person, enrolment=enrolment, key=key, due_at=at)


def _locked(answer_pk, by):
    """The review of this answer, begun or not, behind the lock of the learner's enrolment."""
    if not may_review(by, answer_pk):
        raise NotReviewer
    answer = Answer.objects.get(pk=answer_pk)
    enrolment = Enrolment.objects.locked_for(answer.attempt_id)
    if enrolment is None:
        raise NotReviewer
    # Read behind the lock: the one before may have marked another answer of the attempt, or this one.
    answer = Answer.objects.select_related("attempt__version", "attempt__quiz").get(pk=answer_pk)
    answer.attempt.enrolment = enrolment
    review = Review.objects.select_related("claimed_by", "graded_by").filter(answer=answer).first() or Review()
    review.answer = answer
    return review


def _refuse_if_taken(review, by, at):
    if review.graded_at is not None:
        raise AlreadyReviewed
    holder = review.holder(at)
    if holder not in {None, by}:
        until = timezone.localtime(review.claimed_until)
        raise ReviewTaken(f"{holder} relit cette réponse, jusqu’à {until:%H:%M}.")


def _mark(review, levels, comment, *, at):
    """Write these points, and what they make of the answer and of its attempt."""
    answer, attempt = review.answer, review.answer.attempt
    if attempt.paper.question(answer.question_id).reviewed(levels) is None:
        raise IncompleteReview
    review.levels, review.comment = levels, comment
    review.save()
    kept = {one.question_id: one for one in attempt.answers.select_related("review")}
    result = attempts.result_of(attempt, kept, reviews=given(attempt.paper, kept.values()))
    (grade,) = (one for one in result.grades if one.question_id == answer.question_id)
    answer.fraction, answer.points = grade.fraction, grade.points
    answer.save(update_fields=["fraction", "points"])
    attempts.settle(attempt, result, at=at, active=False)


def given(paper, answers):
    """What humans gave to these answers, loaded with their reviews, from 0 to 1 by question id."""
    return {
        one.question_id: paper.question(one.question_id).reviewed(one.review.levels)
        for one in answers
        if hasattr(one, "review") and one.review.graded_at is not None
    }
