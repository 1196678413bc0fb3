"""When a right answer was wrong: choose for each question, look at who changes, then decide."""

from time import monotonic

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.models import QuizPage
from courses.typography import pluriel
from courses.versions import quiz_of, store
from learners import regrading
from learners.access import may_correct_marks, named_to
from learners.errors import LearnerError
from lms.correcting import CorrectionForm, DecisionForm

PAGE_SIZE = 50
ONE_GO = 20  # seconds of one request; what is left waits for another press


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, quiz_pk):
    """Without a choice, the questions; with one, what it would change; posted, the change."""
    page = get_object_or_404(QuizPage, pk=quiz_pk)
    if not may_correct_marks(request.user, page):
        raise Http404
    quiz = quiz_of(page)
    form = CorrectionForm(quiz, regrading.questions_marked_otherwise(page.pk, quiz), request.GET or None)
    outcomes, misfits, decision = [], 0, None
    if form.is_bound and form.is_valid():
        outcomes, misfits = regrading.foresee_all(regrading.Mending(page, quiz, form.choices))
        decision = DecisionForm(sum(one.loses for one in outcomes), request.POST or None)
        if request.method == "POST" and decision.is_valid():
            apply(request, page, outcomes, decision.cleaned_data)
            return redirect(request.get_full_path())
    context = {
        "quiz": page,
        "form": form,
        "decision": decision if outcomes else None,
        "page_obj": Paginator(outcomes, PAGE_SIZE).get_page(request.GET.get("page")) if outcomes else None,
        "named": named_to(request.user),
        "figures": {
            "changing": len(outcomes),
            "gaining": sum(one.gains for one in outcomes),
            "losing": sum(one.loses for one in outcomes),
            "misfits": misfits,
        },
        "previewed": form.is_bound and form.is_valid(),
        "breadcrumb": [
            ("Questions des quiz", reverse("lms:quizzes")),
            (page.title, reverse("lms:quiz", args=[page.pk])),
        ],
    }
    return TemplateResponse(request, "lms/correct_marks.html", context)


def apply(request, page, outcomes, decision):
    """Mark again each attempt of the preview, and say what became of them."""
    now, until = timezone.now(), monotonic() + ONE_GO
    may_lose = decision.get("may_lose", False)
    changed = kept = left = 0
    for place, one in enumerate(outcomes):
        if monotonic() > until:
            left = len(outcomes) - place
            break
        key = store(page, one.attempt.key.thawed, at=now)
        try:
            outcome = regrading.regrade(
                attempt_pk=one.attempt.pk, key=key, by=request.user, why=decision["why"], at=now, may_lose=may_lose
            )
        except LearnerError:  # withdrawn meanwhile
            continue
        if outcome.loses and not may_lose:
            kept += 1
        elif outcome.changed:
            changed += 1
    messages.success(request, f"Tentatives dont la note a changé : {changed}.")
    if kept:
        verb = "garde sa réussite et sa note" if kept == 1 else "gardent leur réussite et leur note"
        messages.info(request, f"{kept} tentative{pluriel(kept)} {verb}.")
    if left:
        messages.warning(request, f"Il reste {left} tentative{pluriel(left)} : appliquez encore une fois.")
