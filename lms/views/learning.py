"""What a learner does: each verb has its address, takes a POST, and answers with a redirect."""

from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.outline import outline_by_pk, outline_by_slug, outline_of_step
from courses.reveal import SCORE
from learners import attempts, certificates, enrolment, progress
from learners.access import may_see_attempt
from learners.errors import AttemptClosed, CohortFull, MissingAnswers, NotEnrolled, StaleAnswers, StepGone
from learners.models import Attempt, Enrolment
from learners.terms import terms_of
from lms.answering import basis_in, posted_answers, set_aside, told, told_refusal, wants_json
from lms.learning import learning_of
from lms.navigation import breadcrumb
from lms.questions import certainties_in, responses_in
from lms.results import results_of, shown_of, when_more
from lms.views.pages import found, open_context


def verb(page_of, *, visitor=None):
    """A view that acts: POST only, for someone who signed in.

    ``page_of(*args)`` gives the address of the page that holds the button: a visitor is sent
    there through sign-in, and so is whoever opens the verb's address by hand. ``visitor``, when
    given, answers the POST of somebody who is not signed in.
    """

    def decorate(view):
        @wraps(view)
        def act(request, *args, **kwargs):
            if request.method not in {"POST", "GET", "HEAD"}:
                return HttpResponseNotAllowed(["POST"])
            if request.user.is_authenticated:
                return (
                    view(request, *args, **kwargs) if request.method == "POST" else redirect(page_of(*args, **kwargs))
                )
            if request.method == "POST" and visitor:
                return visitor(request, *args, **kwargs)
            return redirect_to_login(page_of(*args, **kwargs))

        return act

    return decorate


def track_page(slug):
    """The address of a track."""
    return found(outline_by_slug(slug)).url


def module_page(track, module):
    """The address of a module."""
    return found(found(outline_by_slug(track)).module_by_slug(module)).url


def step_page(pk):
    """The address of a step; of its track when the step is no longer live."""
    outline = found(outline_of_step(pk))
    step = outline.by_pk.get(pk)
    return step.url if step else outline.url


def attempt_page(pk):
    """The address of an attempt, which leads its owner to the quiz and tells anybody else nothing."""
    return reverse("lms:attempt", args=[pk])


@verb(track_page)
def enrol(request, slug):
    """Enrol in a track, and go to its first step."""
    outline = found(outline_by_slug(slug))
    try:
        enrolment.enrol(person=request.user, track_pk=outline.pk, at=timezone.now())
    except CohortFull as refusal:
        # They come back to a cohort that filled up meanwhile: it offers its waiting list.
        messages.warning(request, str(refusal))
        return redirect("lms:join_open", Enrolment.objects.get(person=request.user, track=outline.pk).cohort_id)
    welcome = "Te voilà inscrit" if outline.informal else "Vous voilà inscrit"
    messages.success(request, f"{welcome} au parcours {outline.title}. Bonne route !")
    learning = learning_of(request.user, outline, now=timezone.now())
    target = learning.continue_state
    return redirect(target.step.url if target else outline.url)


@verb(track_page)
def withdraw(request, slug):
    """Leave a track; everything is kept."""
    outline = found(outline_by_slug(slug))
    enrolment.withdraw(person=request.user, track_pk=outline.pk, at=timezone.now())
    messages.success(
        request,
        f"Retrait du parcours {outline.title} enregistré. Rien n’est effacé : le retour est possible à tout moment.",
    )
    return redirect(outline.url)


@verb(step_page)
def complete(request, pk):
    """Finish a lesson, and go to the next step."""
    outline = found(outline_of_step(pk))
    step = outline.by_pk.get(pk)
    before = enrolled(request.user, outline)
    if step and step.kind == "quiz":
        raise Http404  # a quiz is done by answering it
    progress.complete(enrolment_pk=before.enrolment.pk, step_pk=pk, at=timezone.now())
    learning = learning_of(request.user, outline, now=timezone.now(), step=step)
    return redirect(after(request, before, learning))


def enrolled(person, outline):
    """The Learning of this person, who must be enrolled."""
    learning = learning_of(person, outline, now=timezone.now())
    if not learning.enrolled:
        raise NotEnrolled(link=outline.url)
    return learning


def after(request, before, learning):
    """Where to go once a step is done, with a word for the moments that count."""
    module = learning.module_state
    if learning.certificate and not before.certificate:
        messages.success(request, "Parcours terminé : l’attestation est prête, elle part aussi par e-mail.")
        return learning.outline.url
    if module and module.status == "done" and before.modules[module.module.number - 1].status != "done":
        return module.module.url
    following = learning.continue_state
    return following.step.url if following else learning.outline.url


@verb(module_page)
def attest(request, track, module):
    """Receive the attestation of one module, and come back to its page."""
    outline = found(outline_by_slug(track))
    place = found(outline.module_by_slug(module))
    learning = enrolled(request.user, outline)
    certificates.issue_for_module(enrolment_pk=learning.enrolment.pk, module_pk=place.pk, at=timezone.now())
    messages.success(request, "L’attestation de ce module est prête. Elle part aussi par e-mail.")
    return redirect(place.url)


@verb(step_page)
def open_attempt(request, pk):
    """Start a quiz, or come back to the attempt that is open."""
    outline = found(outline_of_step(pk))
    learning = enrolled(request.user, outline)
    attempts.open_attempt(enrolment_pk=learning.enrolment.pk, quiz_pk=pk, at=timezone.now())
    return redirect(step_page(pk))


def keep_for_later(request, pk):
    """Nobody is signed in any more: the answers wait in the page if a script sent them, else in the session."""
    page = attempt_page(pk)
    if wants_json(request):
        return told_refusal(request, 401)
    answers = posted_answers(request)
    if not answers:
        return redirect_to_login(page)
    if not set_aside(request, pk, answers):
        messages.error(request, "Session expirée : ces réponses sont trop longues pour être gardées ici.")
        return redirect_to_login(page)
    messages.info(request, "Session expirée : vos réponses sont gardées. Connectez-vous pour les enregistrer.")
    return redirect_to_login(reverse("lms:returning", args=[pk]))


@verb(attempt_page, visitor=keep_for_later)
def save(request, pk):
    """Keep the answers given so far."""
    return keep(request, pk, request.POST)


def keep(request, pk, data):
    """Save what a form of the quiz posted, now or before signing in again."""
    try:
        saving = attempts.save(attempt_pk=pk, **answers_in(data), at=timezone.now(), by=request.user)
    except Attempt.DoesNotExist:
        raise Http404 from None
    except AttemptClosed as closed:
        return already_sent(request, pk, closed)
    except StaleAnswers as stale:
        if wants_json(request):
            return JsonResponse(told(stale.saving), status=409)
        return quiz_again(request, own_attempt(request, pk), stale=stale.saving)
    if wants_json(request):
        return JsonResponse(told(saving))
    messages.success(request, f"Réponses enregistrées à {timezone.localtime():%H:%M}. Elles seront là au retour.")
    return redirect(step_page(saving.attempt.quiz_id))


@verb(attempt_page, visitor=keep_for_later)
def submit(request, pk):
    """Send the answers: the result, or the same page with what stands in the way."""
    attempt = own_attempt(request, pk)
    try:
        attempts.submit(
            attempt_pk=pk,
            **answers_in(request.POST),
            at=timezone.now(),
            by=request.user,
            allow_blank="send_anyway" in request.POST,
        )
    except AttemptClosed as closed:
        return already_sent(request, pk, closed)
    except MissingAnswers as blank:
        return quiz_again(request, attempt, missing=blank.question_ids)
    except StaleAnswers as stale:
        return quiz_again(request, attempt, stale=stale.saving)
    return redirect("lms:attempt", pk)


def already_sent(request, pk, closed):
    """The result of an attempt that is over, whatever its stale page would still send."""
    result = reverse("lms:attempt", args=[pk])
    if wants_json(request):
        return told_refusal(request, 409, result=result)
    messages.info(request, str(closed))
    return redirect(result)


@verb(attempt_page, visitor=keep_for_later)
def check(request, pk):
    """Check one question of a quiz that is checked as one goes."""
    attempt = own_attempt(request, pk)
    question_id = request.POST.get("question", "")
    ids = [question.id for question in attempt.paper.questions]
    try:
        attempts.check(
            attempt_pk=pk, question_id=question_id, **answers_in(request.POST), at=timezone.now(), by=request.user
        )
    except AttemptClosed as closed:
        return already_sent(request, pk, closed)
    except StaleAnswers as stale:
        return quiz_again(request, attempt, stale=stale.saving)
    except MissingAnswers:
        messages.warning(request, "Cette question attend une réponse avant d’être vérifiée.")
    return redirect(f"{step_page(attempt.quiz_id)}#question-{ids.index(question_id) + 1}")


def answers_in(data):
    """What a posted form of the quiz says, as the verbs take it: read once they know its questions."""
    return {
        "responses": partial(responses_in, data),
        "certainties": partial(certainties_in, data),
        "basis": basis_in(data),
    }


def own_attempt(request, pk):
    """The attempt, if it is this person's; else a 404 that tells nothing."""
    attempt = get_object_or_404(Attempt.objects.select_related("enrolment", "quiz", "version"), pk=pk)
    if not may_see_attempt(request.user, attempt):
        raise Http404
    return attempt


def quiz_again(request, attempt, *, missing=(), stale=None):
    """The quiz page with an error summary; what was answered is kept, or shown beside what is."""
    outline = found(outline_by_pk(attempt.enrolment.track_id))
    step = outline.by_pk.get(attempt.quiz_id)
    if step is None:
        raise StepGone
    context = {
        "learning": learning_of(request.user, outline, now=timezone.now(), step=step),
        "outline": outline,
        "breadcrumb": breadcrumb(outline, outline.module(step.module_pk)),
        **open_context(attempt, missing=missing, stale=stale),
    }
    return TemplateResponse(request, attempt.quiz.template, context, status=409 if stale else 422)


@require_safe
def attempt(request, pk):
    """The result of an attempt, as far as the quiz shows it now."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    shown = own_attempt(request, pk)
    if shown.submitted_at is None:
        return redirect(step_page(shown.quiz_id))
    outline = found(outline_by_pk(shown.enrolment.track_id))
    step = outline.by_pk.get(shown.quiz_id)
    page, now = shown.quiz, timezone.now()
    every = list(Attempt.objects.filter(enrolment=shown.enrolment_id, quiz=page))
    terms = terms_of(quiz_pk=page.pk, enrolment_pk=shown.enrolment_id, attempts=every)
    kinds = shown_of(page, shown, closes_at=terms.closes_at, now=now)
    scored = SCORE in kinds
    context = {
        "attempt": shown,
        "page": page,
        "outline": outline,
        "learning": learning_of(request.user, outline, now=timezone.now(), step=step),
        "breadcrumb": breadcrumb(outline, *([outline.module(step.module_pk), step] if step else [])),
        "scored": scored,
        "comment": page.comment_on(shown.percent) if scored else None,
        "results": results_of(shown, kinds) if kinds - {SCORE} else [],
        "more": when_more(page, kinds, terms.closes_at),
        "refusal": terms.refusal(now),
        "can_retry": step is not None and terms.refusal(now) is None,
    }
    return TemplateResponse(request, "lms/attempt.html", context)
