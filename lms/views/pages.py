"""Track, module and step pages.

They are served here rather than by Wagtail's own chain: one query finds a place in the tree where
routing takes one per level, so a step page stays within its budget (docs/decisions/0009).
Wagtail serves everything else, and refuses these (lms.wagtail_hooks).
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import LessonPage, ModulePage, QuizPage, TrackPage
from courses.outline import outline_by_slug
from courses.reveal import DURING
from learners import attempts, certificates, seats
from learners.errors import TimeOver
from learners.models import Attempt
from learners.terms import Terms, terms_of
from lms.answering import basis_of, waiting
from lms.learning import learning_of
from lms.navigation import breadcrumb
from lms.questions import form_of
from lms.results import past_of


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
            "learning": learning_of(request.user, outline, now=timezone.now()),
            "offered": seats.offered(track_pk=outline.pk, person=request.user, at=timezone.now()),
            "breadcrumb": breadcrumb(),
        },
    )


@require_safe
def module(request, track, module):
    """A module: its steps and where the person stands."""
    outline = found(outline_by_slug(track))
    place = found(outline.module_by_slug(module))
    learning = learning_of(request.user, outline, now=timezone.now())
    own = learning.enrolment
    page = ModulePage.objects.annotate(code=certificates.code_for(own and own.pk)).get(pk=place.pk)
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
            "code": page.code,
            "may_ask": own is not None
            and certificates.may_ask(page, place, done=learning.done, completed_at=own.completed_at),
            "breadcrumb": breadcrumb(outline),
        },
    )


@require_safe
def step(request, track, module, step):
    """A step, or the page that says why it is locked."""
    outline = found(outline_by_slug(track))
    place = found(outline.step_by_slug(module, step))
    learning = learning_of(request.user, outline, now=timezone.now(), step=place)
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
    enrolment, now = context["learning"].enrolment, timezone.now()
    if not enrolment:
        terms = Terms(QuizPage.objects.get(pk=place.pk))
        return TemplateResponse(request, terms.page.template, {**context, **rules_context(terms, [], now=now)})
    every = list(
        Attempt.objects.filter(enrolment_id=enrolment.pk, quiz_id=place.pk)
        .select_related("quiz", "version")
        .order_by("-number")
    )
    attempt = next((one for one in every if one.submitted_at is None), None)
    if attempt and attempts.overdue(attempt, now):
        attempts.close_if_overdue(attempt_pk=attempt.pk, at=now)
        messages.info(request, TimeOver.default)
        return redirect("lms:attempt", attempt.pk)
    if attempt:
        # Somebody who was signed out in the middle may come back by any road.
        waits = waiting(request, attempt.pk) is not None
        return TemplateResponse(
            request, attempt.quiz.template, {**context, **open_context(attempt), "answers_waiting": waits}
        )
    terms = terms_of(quiz_pk=place.pk, enrolment_pk=enrolment.pk, attempts=every)
    return TemplateResponse(request, terms.page.template, {**context, **rules_context(terms, every, now=now)})


def open_context(attempt, *, missing=(), stale=None):
    """What the quiz template needs to ask the questions of this open attempt.

    ``stale`` is the Saving of a page that was refused: what it showed stays visible.
    """
    page, clashes = attempt.quiz, stale.clashes if stale else ()
    answers = {answer.question_id: answer for answer in attempt.answers.all()}
    return {
        "page": page,
        "attempt": attempt,
        "answers_waiting": False,
        "form": form_of(attempt, answers, page.revealed(DURING), missing=missing, clashes=clashes),
        "basis": basis_of(attempt, answers).model_dump_json(),
    }


def rules_context(terms, every, *, now):
    """What the quiz template needs before an attempt: the rules, the attempts made, and why not now."""
    page = terms.page
    return {
        "page": page,
        "attempt": None,
        "form": None,
        "terms": terms,
        "refusal": terms.refusal(now),
        "attempts": past_of(page, every, closes_at=terms.closes_at, now=now),
    }


SHOW = {LessonPage.kind: show_lesson, QuizPage.kind: show_quiz}
