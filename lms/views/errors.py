"""Refusals and faults, in French, with the right status and a way on."""

from django.shortcuts import redirect, render
from django.template.response import TemplateResponse

from learners.errors import (
    AttemptClosed,
    CohortClosed,
    CohortFull,
    ForeignAnswer,
    InvitationUnusable,
    NoAttemptLeft,
    NotEnrolled,
    NotToAttest,
    StepGone,
    StepLocked,
    TakenByRegister,
    TooManyCodes,
)
from lms.answering import posted_answers, set_aside, told_refusal, wants_json

STATUS = {
    NotEnrolled: 403,
    StepLocked: 403,
    StepGone: 410,
    NoAttemptLeft: 409,
    AttemptClosed: 409,
    ForeignAnswer: 400,
    InvitationUnusable: 404,
    TooManyCodes: 429,
}

TITLES = {
    NotEnrolled: "Il manque une inscription",
    StepLocked: "Cette étape n’est pas encore ouverte",
    StepGone: "Cette étape n’est plus proposée",
    TakenByRegister: "Une séance se termine par la présence",
    NoAttemptLeft: "Plus de tentative pour ce quiz",
    AttemptClosed: "Déjà envoyé",
    NotToAttest: "Pas d’attestation pour ce module",
    ForeignAnswer: "Ces réponses ne vont pas avec ce quiz",
    CohortFull: "Cette cohorte est complète",
    CohortClosed: "Les inscriptions sont terminées",
    InvitationUnusable: "Cette invitation ne fonctionne pas",
    TooManyCodes: "Trop de codes essayés",
}


def status_of(error):
    """The HTTP status of a LearnerError."""
    return STATUS.get(type(error), 409)


def refused(request, error):
    """The page of a LearnerError: why, and what would help."""
    status = status_of(error)
    home = ("/mon-espace/", "Revenir à mon espace") if request.user.is_authenticated else ("/", "Revenir à l’accueil")
    link_url, link_text = (error.link, "Continuer") if error.link else home
    context = {
        "title": TITLES.get(type(error), "Cette action n’est pas possible"),
        "message": str(error),
        "link_url": link_url,
        "link_text": link_text,
        "status": status,
    }
    return TemplateResponse(request, "lms/refused.html", context, status=status)


def bad_request(request, exception=None):
    """400."""
    return render(request, "400.html", status=400)


def permission_denied(request, exception=None):
    """403."""
    return render(request, "403.html", status=403)


def page_not_found(request, exception=None):
    """404."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500: stands alone, because anything may be broken."""
    return render(None, "500.html", status=500)


def csrf_failure(request, reason=""):
    """The form is too old, or was made before signing in from another tab.

    A script gets the token that fits. Answers to a quiz are kept for its owner to confirm: only for
    a session that came with the request, which the browser refuses to other sites.
    """
    if wants_json(request):
        return told_refusal(request, 403)
    match = request.resolver_match
    of_quiz = match is not None and match.view_name in {"lms:save", "lms:submit"}
    if of_quiz and request.user.is_authenticated:
        pk = match.kwargs["pk"]
        if set_aside(request, pk, posted_answers(request)):
            return redirect("lms:returning", pk)
    return render(request, "403_csrf.html", status=403)
