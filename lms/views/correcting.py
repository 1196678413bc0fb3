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
from courses.versions import quiz_of
from learners import regrading
from learners.access import may_correct_marks, named_to
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
        mending = regrading.Mending(page, quiz, form.choices)
        outcomes, misfits = regrading.foresee_all(mending)
        losing, seen = sum(one.loses for one in outcomes), regrading.digest(outcomes)
        decision = DecisionForm(losing, request.POST or None, initial={"seen": seen})
        if request.method == "POST" and decision.is_valid():
            if decision.cleaned_data["seen"] != seen:
                messages.warning(
                    request, "Rien n’a été appliqué : les notes ont changé depuis cet aperçu. Voici le nouveau."
                )
            else:
                apply(request, mending, outcomes, decision.cleaned_data)
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


def apply(request, mending, outcomes, decision):
    """Mark again each attempt of the preview, and say what became of them."""
    changed, kept, left = regrading.mend(
        mending,
        outcomes,
        by=request.user,
        why=decision["why"],
        at=timezone.now(),
        may_lose=decision.get("may_lose", False),
        until=monotonic() + ONE_GO,
    )
    messages.success(request, f"Tentatives dont la note a changé : {changed}.")
    if kept:
        verb = "garde sa réussite et sa note" if kept == 1 else "gardent leur réussite et leur note"
        messages.info(request, f"{kept} tentative{pluriel(kept)} {verb}.")
    if left:
        messages.warning(request, f"Il reste {left} tentative{pluriel(left)} : appliquez encore une fois.")
