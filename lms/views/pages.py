"""Track, module and step pages.

They are served here rather than by Wagtail's own chain: one query finds a place in the tree where
routing takes one per level, so a step page stays within its budget (docs/decisions/0009).
Wagtail serves everything else, and refuses these (lms.wagtail_hooks).
"""

from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.blocks.questions import quiz_of
from courses.models import LessonPage, ModulePage, QuizPage, TrackPage
from courses.outline import outline_by_slug
from courses.versions import thaw
from learners.models import Attempt
from lms.answering import basis_of, waiting
from lms.forms import QuizForm
from lms.learning import learning_of
from lms.navigation import breadcrumb


@require_safe
def track(request, track):
    """A track: audience, outcomes, hours, modules, format."""
    outline = found(outline_by_slug(track))
    page = TrackPage.objects.get(pk=outline.pk)
    return TemplateResponse(
        request,
        page.template,
        {
            "page": page,
            "outline": outline,
            "learning": learning_of(request.user, outline),
            "breadcrumb": breadcrumb(),
        },
    )


@require_safe
def module(request, track, module):
    """A module: its steps and where the person stands."""
    outline = found(outline_by_slug(track))
    place = found(outline.module_by_slug(module))
    page = ModulePage.objects.get(pk=place.pk)
    learning = learning_of(request.user, outline)
    state = learning.modules[place.number - 1]
    return TemplateResponse(
        request,
        page.template,
        {
            "page": page,
            "outline": outline,
            "module": place,
            "learning": learning,
            "module_state": state,
            "end": learning.enrolled and state.status == "done",
            "breadcrumb": breadcrumb(outline),
        },
    )


@require_safe
def step(request, track, module, step):
    """A step, or the page that says why it is locked."""
    outline = found(outline_by_slug(track))
    place = found(outline.step_by_slug(module, step))
    learning = learning_of(request.user, outline, step=place)
    context = {
        "learning": learning,
        "outline": outline,
        "breadcrumb": breadcrumb(outline, outline.module(place.module_pk)),
    }
    if learning.state.lock:
        context |= {"step": place, "lock": learning.state.lock}
        return TemplateResponse(request, "lms/locked.html", context, status=403)
    return SHOW[place.kind](request, place, context)


def found(place):
    """The place, or a 404."""
    if place is None:
        raise Http404
    return place


def show_lesson(request, place, context):
    """A lesson."""
    page = LessonPage.objects.get(pk=place.pk)
    return TemplateResponse(request, page.template, {**context, "page": page})


def show_quiz(request, place, context):
    """A quiz: its rules, or the questions of the open attempt."""
    enrolment = context["learning"].enrolment
    attempts = []
    if enrolment:
        attempts = list(
            Attempt.objects.filter(enrolment_id=enrolment.pk, quiz_id=place.pk)
            .select_related("quiz", "version")
            .order_by("-number")
        )
    page = attempts[0].quiz if attempts else QuizPage.objects.get(pk=place.pk)
    quiz = quiz_context(page, attempts)
    # Somebody who was signed out in the middle may come back by any road.
    quiz["answers_waiting"] = quiz["attempt"] is not None and waiting(request, quiz["attempt"].pk) is not None
    return TemplateResponse(request, page.template, {**context, **quiz})


def quiz_context(page, attempts, *, missing=(), stale=None):
    """What the quiz template needs: the open attempt with its form, the past ones, how many are left.

    ``stale`` is the Saving of a page that was refused: what it showed stays visible.
    """
    attempt = next((one for one in attempts if one.submitted_at is None), None)
    quiz = thaw(attempt.version) if attempt else quiz_of(page)
    kept = dict(attempt.answers.values_list("question_id", "response")) if attempt else {}
    return {
        "page": page,
        "quiz": quiz,
        "attempt": attempt,
        "attempts": [one for one in attempts if one.submitted_at is not None],
        "attempts_left": None if page.max_attempts is None else max(page.max_attempts - len(attempts), 0),
        "form": QuizForm(quiz, kept, missing=missing, clashes=stale.clashes if stale else ()) if attempt else None,
        "basis": basis_of(attempt, kept).model_dump_json() if attempt else "",
        "now": timezone.now(),
    }


SHOW = {LessonPage.kind: show_lesson, QuizPage.kind: show_quiz}
