"""Links at the foot of letters: they work without signing in, and GET changes nothing."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from learners import subscriptions
from learners.models import Letter, User

# What a link stops, as its page says it.
WORDS = {
    Letter.Kind.REMINDER: "les rappels",
    Letter.Kind.MESSAGE: "les messages des responsables de vos cohortes",
    Letter.Kind.REVIEW: "les messages sur les relectures de vos réponses",
    Letter.Kind.TASK: "les annonces de relectures à faire",
    Letter.Kind.DIGEST: "le point de la semaine sur vos cohortes",
    subscriptions.EVERYTHING: "tout ce qui n’est pas indispensable",
}


def token_of_everything(person_pk):
    """The token that stops all that may be refused."""
    return subscriptions.token_for(person_pk, subscriptions.EVERYTHING)


def read(token):
    """The person and the kind of letter of a link, or a 404 for one that we did not sign."""
    known = subscriptions.read_token(token)
    if (
        known is None
        or known[1] not in (*subscriptions.REFUSABLE, subscriptions.EVERYTHING)
        or not User.objects.filter(pk=known[0]).exists()
    ):
        raise Http404
    return known


# The one-click POST of RFC 8058 comes from a mail provider: no page, no cookie, no CSRF token.
# The signed token is the right to do this one thing for this one person.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Ask on GET, stop on POST: from our page or from a mail provider's button."""
    person_pk, kind = read(token)
    context = {
        "token": token,
        "kinds": WORDS[kind],
        "everything": None if kind == subscriptions.EVERYTHING else token_of_everything(person_pk),
    }
    if request.method != "POST":
        return TemplateResponse(request, "lms/unsubscribe.html", context)
    subscriptions.opt_out(person_pk=person_pk, kind=kind, at=timezone.now())
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse("Désinscription enregistrée.", content_type="text/plain; charset=utf-8")
    return TemplateResponse(request, "lms/unsubscribed.html", context)


@csrf_exempt
@require_POST
def resubscribe(request, token):
    """Undo: receive these letters again."""
    person_pk, kind = read(token)
    subscriptions.opt_in(person_pk=person_pk, kind=kind)
    return TemplateResponse(
        request,
        "lms/refused.html",
        {
            "title": "C’est noté",
            "message": "Vous recevrez de nouveau ces messages.",
            "link_url": "/",
            "link_text": "Retour à l’accueil",
            "status": 200,
        },
    )
