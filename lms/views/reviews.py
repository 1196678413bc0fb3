"""The queue of open answers, and the desk of whoever reads one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from learners import reviews
from learners.access import is_reviewer, may_review
from learners.errors import AlreadyReviewed, ReviewTaken
from learners.models import Answer
from lms.results import levels_of
from lms.reviewing import AmendForm, ReviewForm, waiting_of
from lms.views.learning import verb

PAGE_SIZE = 25
LATEST = 5


def queue_page():
    """The address of the queue."""
    return reverse("lms:reviews")


def review_page(pk):
    """The address of an answer."""
    return reverse("lms:review", args=[pk])


@login_required
@require_safe
def queue(request):
    """The answers that wait, the oldest first, and the latest that this person read."""
    if not is_reviewer(request.user):
        raise Http404
    now = timezone.now()
    page = Paginator(reviews.queue(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": waiting_of(page, person=request.user, now=now),
        "latest": reviews.reviewed_by(request.user)[:LATEST],
    }
    return TemplateResponse(request, "lms/reviews.html", context)


@login_required
@require_safe
def review(request, pk):
    """An answer: to claim, to mark, or as it was marked."""
    return desk(request, reviewable(request, pk))


def reviewable(request, pk):
    """The answer, if this person may review it; else a 404, as for one that does not exist."""
    if not may_review(request.user, pk):
        raise Http404
    rows = Answer.objects.select_related(
        "review__claimed_by", "review__graded_by", "attempt__version", "attempt__quiz", "attempt__enrolment__track"
    )
    return rows.get(pk=pk)


def form_of(answer, data=None):
    """The form that fits this answer: its first mark, or a change of the one that was given."""
    criteria = question_of(answer).criteria
    given = given_of(answer)
    return AmendForm(data, criteria=criteria, review=given) if given else ReviewForm(data, criteria=criteria)


def question_of(answer):
    """The frozen question of this answer."""
    return answer.attempt.paper.question(answer.question_id)


def given_of(answer):
    """The review of this answer once it is given, or None."""
    found = getattr(answer, "review", None)
    return found if found and found.graded_at else None


def desk(request, answer, *, form=None, refusal="", status=200):
    """The page of one answer; ``form`` and ``refusal`` when what was posted was not taken."""
    given, question = given_of(answer), question_of(answer)
    (waiting,) = waiting_of([answer], person=request.user, now=timezone.now())
    context = {
        "answer": answer,
        "question": question,
        "waiting": waiting,
        "given": given,
        "levels": levels_of(question, given) if given else (),
        "regrades": answer.regrades.select_related("by") if given else (),
        "form": form or (form_of(answer) if given or waiting.mine else None),
        "refusal": refusal,
    }
    return TemplateResponse(request, "lms/review.html", context, status=status)


@verb(queue_page)
def claim_next(request):
    """Take the oldest answer that is free."""
    found = reviews.claim_next(by=request.user, at=timezone.now())
    if found is None:
        messages.info(request, "Rien d’autre n’attend de relecture pour le moment.")
        return redirect("lms:reviews")
    return redirect("lms:review", found.answer_id)


@verb(review_page)
def claim(request, pk):
    """Take this answer."""
    reviewable(request, pk)
    try:
        reviews.claim(answer_pk=pk, by=request.user, at=timezone.now())
    except (ReviewTaken, AlreadyReviewed) as refusal:
        messages.info(request, str(refusal))
    return redirect("lms:review", pk)


@verb(review_page)
def release(request, pk):
    """Leave this answer to somebody else."""
    reviewable(request, pk)
    reviews.release(answer_pk=pk, by=request.user, at=timezone.now())
    messages.success(request, "La réponse attend de nouveau dans la file.")
    return redirect("lms:reviews")


@verb(review_page)
def save(request, pk):
    """Mark this answer, and take the next one."""
    answer = reviewable(request, pk)
    form = ReviewForm(request.POST, criteria=question_of(answer).criteria)
    if not form.is_valid():
        return desk(request, answer, form=form, status=422)
    try:
        reviews.review(answer_pk=pk, by=request.user, **form.given, at=timezone.now())
    except ReviewTaken as refusal:
        return desk(request, answer, form=form, refusal=str(refusal), status=409)
    except AlreadyReviewed as refusal:
        messages.info(request, str(refusal))
        return redirect("lms:review", pk)
    messages.success(request, "Relecture enregistrée.")
    return claim_next(request)


@verb(review_page)
def amend(request, pk):
    """Change a mark that was given."""
    answer = reviewable(request, pk)
    given = given_of(answer)
    if given is None:
        raise Http404
    form = form_of(answer, request.POST)
    if not form.is_valid():
        return desk(request, answer, form=form, status=422)
    changed = reviews.amend(answer_pk=pk, by=request.user, **form.given, at=timezone.now())
    messages.success(request, "Relecture modifiée." if changed else "Rien n’a changé.")
    return redirect("lms:review", pk)
