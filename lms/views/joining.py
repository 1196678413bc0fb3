"""Coming into a cohort: by a code, by the link of an invitation, or by the track that offers it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.outline import outline_by_pk
from learners import enrolment as enrolments
from learners import invitations, seats
from learners.access import may_join
from learners.errors import CohortFull, InvitationUnusable
from learners.models import Cohort, Enrolment, WaitingPlace
from lms.code_tries import INVITATIONS, count_wrong, require_tries_left
from lms.forms import CodeForm, JoinForm
from lms.learning import learning_of
from lms.views.pages import found

READ_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@READ_AND_POST
def join_by_code(request):
    """Type a code; a good one leads to its cohort."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            invitation = tried(request, form.cleaned_data["code"])
        except InvitationUnusable as refusal:
            form.add_error("code", str(refusal))
        else:
            return redirect(invitation.get_absolute_url())
    return TemplateResponse(request, "lms/join_by_code.html", {"form": form}, status=422 if form.errors else 200)


@READ_AND_POST
def join(request, code):
    """The cohort of an invitation, and the way in."""
    invitation = tried(request, code)
    return door(request, invitation.cohort, invitation=invitation)


@READ_AND_POST
def join_open(request, pk):
    """A cohort that a track offers to everybody, or that this person left or waits for; else a 404."""
    cohort = get_object_or_404(Cohort.objects.select_related("track"), pk=pk)
    if not may_join(request.user, cohort):
        raise Http404
    return door(request, cohort)


def tried(request, code):
    """The invitation with this code; wrong ones are counted, and too many are refused."""
    require_tries_left(request, INVITATIONS)
    try:
        return invitations.found(code, at=timezone.now())
    except InvitationUnusable:
        count_wrong(request, INVITATIONS)
        raise


def door(request, cohort, *, invitation=None):
    """What the cohort is and how to come in; posted, the coming in."""
    outline = found(outline_by_pk(cohort.track_id))
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    form = JoinForm(request.POST if request.POST.get("action") in {"join", "wait"} else None)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        return act(request, cohort, outline, form, invitation)
    return TemplateResponse(
        request, "lms/join.html", facts(request, cohort, outline, form), status=422 if form.errors else 200
    )


def act(request, cohort, outline, form, invitation):
    """Come in, wait, or stop waiting."""
    now, person = timezone.now(), request.user
    if request.POST.get("action") == "stop":
        seats.stop_waiting(person=person, cohort=cohort, at=now)
        messages.success(request, "Liste d’attente quittée.")
        return redirect(request.path)
    if request.POST.get("action") != "join":
        return wait(request, cohort, outline, form, now)
    try:
        enrolments.enrol(
            person=person,
            track_pk=cohort.track_id,
            at=now,
            cohort=cohort,
            invitation=invitation,
            **form.cleaned_data,
        )
    except CohortFull as refusal:
        # The waiting list, with what was just said of oneself.
        messages.warning(request, str(refusal))
        return TemplateResponse(request, "lms/join.html", facts(request, cohort, outline, form))
    return come_in(request, cohort, outline)


def wait(request, cohort, outline, form, now):
    """Onto the waiting list, or straight in when a seat was freed meanwhile."""
    told = form.cleaned_data if form.is_bound else {}
    place = seats.wait(person=request.user, cohort=cohort, at=now, **told)
    if place.given_at is not None:
        return come_in(request, cohort, outline)
    messages.success(request, "C’est noté : dès qu’une place se libère, un message le dit.")
    return redirect(request.path)


def come_in(request, cohort, outline):
    """On to the next step of the track."""
    messages.success(request, f"Bienvenue dans la cohorte « {cohort.name} ». Bonne route !")
    target = learning_of(request.user, outline, now=timezone.now()).continue_state
    return redirect(target.step.url if target else outline.url)


def facts(request, cohort, outline, form):
    """What the page shows: the cohort, its seats, and where this person stands."""
    now, person = timezone.now(), request.user
    row = place = None
    if person.is_authenticated:
        row = Enrolment.objects.active().filter(person=person, track=cohort.track_id).first()
        place = WaitingPlace.objects.waiting().filter(person=person, cohort=cohort).first()
    left = seats.left(cohort)
    return {
        "cohort": cohort,
        "outline": outline,
        "form": form,
        "standing": standing(cohort, row, place, left, now),
        "waiting_count": WaitingPlace.objects.waiting().filter(cohort=cohort).count() if left == 0 else 0,
        "left": left,
        "next": urlencode({"next": request.path}),
        "code_url": reverse("lms:join_by_code"),
    }


def standing(cohort, row, place, left, now):
    """Which of the ways the page offers: « in », « elsewhere », « closed », « waiting », « full » or « open »."""
    if row is not None and row.cohort_id is not None:
        return "in" if row.cohort_id == cohort.pk else "elsewhere"
    if not seats.takes_people(cohort, now):
        return "closed"
    if place is not None:
        return "waiting"
    return "full" if left == 0 else "open"
