"""Who comes into a cohort, waits, goes two by two or left: for who leads it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from learners import enrolment as enrolments
from learners import invitations, pairs, seats
from learners.errors import CohortClosed, CohortFull, NotPairable
from learners.models import Enrolment, Invitation, Pair, WaitingPlace
from lms.forms import DetailsForm, InvitationForm, PairForm, ReasonForm
from lms.views.allowances import learner_of
from lms.views.cohorts import above, led_cohort

PAGE_SIZE = 50
READ_AND_POST = require_http_methods(["GET", "HEAD", "POST"])

TABS = [
    ("cohort_people", "Invitations"),
    ("cohort_import", "Importer une liste"),
    ("cohort_waiting", "Liste d’attente"),
    ("cohort_pairs", "Binômes"),
    ("cohort_withdrawn", "Retraits"),
]


@login_required
@READ_AND_POST
def people(request, pk):
    """The invitations of a cohort, and how to make one."""
    cohort, now = led_cohort(request, pk), timezone.now()
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        made = invitations.invite(cohort=cohort, by=request.user, at=now, expires_at=form.expires_at(now))
        messages.success(request, f"L’invitation {made.printed_code} est prête : donnez son lien ou son code.")
        return redirect("lms:cohort_people", pk)
    rows = cohort.invitations.annotate(came=Count("enrolments")).order_by("-created_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "invitations": [
            {"row": row, "state": state_of(row, now), "url": settings.SITE_URL + row.get_absolute_url()} for row in page
        ],
        "taken": seats.taken(cohort),
        "join_url": settings.SITE_URL + reverse("lms:join_by_code"),
    }
    return shown(request, cohort, "lms/cohort_people.html", context, status=422 if form.errors else 200)


def state_of(invitation, now):
    """« revoked », « expired » or « usable »."""
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if invitation.expires_at is not None and invitation.expires_at <= now else "usable"


@login_required
@READ_AND_POST
def revoke(request, pk, invitation_pk):
    """Take an invitation back, once asked."""
    cohort = led_cohort(request, pk)
    invitation = get_object_or_404(Invitation, pk=invitation_pk, cohort=cohort)
    if request.method == "POST":
        invitations.revoke(invitation=invitation, by=request.user, at=timezone.now())
        messages.success(request, f"L’invitation {invitation.printed_code} est révoquée.")
        return redirect("lms:cohort_people", pk)
    return confirmed(
        request,
        cohort,
        title=f"Révoquer l’invitation {invitation.printed_code} ?",
        text="Son lien et son code ne fonctionneront plus, sans retour. Qui est venu par elle reste inscrit.",
        label="Révoquer l’invitation",
        back="cohort_people",
    )


@login_required
@require_safe
def waiting(request, pk):
    """The waiting list, the first come first."""
    cohort = led_cohort(request, pk)
    rows = WaitingPlace.objects.waiting().filter(cohort=cohort).select_related("person")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "left": seats.left(cohort)}
    return shown(request, cohort, "lms/cohort_waiting.html", context)


@login_required
@require_POST
def give(request, pk, place_pk):
    """Give somebody who waits a free seat, out of turn."""
    cohort = led_cohort(request, pk)
    place = place_of(cohort, place_pk)
    try:
        given = seats.give_to(place_pk=place.pk, at=timezone.now())
    except (CohortFull, CohortClosed) as refusal:
        messages.error(request, str(refusal))
    else:
        if given.given_at:
            messages.success(request, f"{place.person} a une place : un message part à son adresse.")
        else:
            messages.info(request, f"{place.person} n’attend plus de place.")
    return redirect("lms:cohort_waiting", pk)


@login_required
@READ_AND_POST
def remove(request, pk, place_pk):
    """Take somebody off the waiting list, once asked."""
    cohort = led_cohort(request, pk)
    place = place_of(cohort, place_pk)
    if request.method == "POST":
        seats.stop_waiting(person=place.person, cohort=cohort, at=timezone.now())
        messages.success(request, f"{place.person} n’est plus sur la liste d’attente.")
        return redirect("lms:cohort_waiting", pk)
    return confirmed(
        request,
        cohort,
        title=f"Retirer {place.person} de la liste d’attente ?",
        text="Cette personne perd son rang. Elle peut se réinscrire sur la liste, à la fin.",
        label="Retirer de la liste",
        back="cohort_waiting",
    )


def place_of(cohort, place_pk):
    """The place of somebody who waits for this cohort, or who did."""
    return get_object_or_404(WaitingPlace.objects.select_related("person"), pk=place_pk, cohort=cohort)


@login_required
@READ_AND_POST
def pairs_of(request, pk):
    """The pairs of a cohort, and how to make one."""
    cohort = led_cohort(request, pk)
    learners = cohort.enrolments.active().filter(person__is_staff=False, pair=None)
    alone = learners.select_related("person").order_by("person__last_name", "person__first_name", "pk")
    enough = learners.count() > 1
    form = PairForm(alone, request.POST or None)
    if form.is_valid():
        try:
            pairs.pair(**form.cleaned_data, by=request.user, at=timezone.now())
        except NotPairable as refusal:
            form.add_error(None, str(refusal))
        else:
            first, second = form.cleaned_data["first"].person, form.cleaned_data["second"].person
            messages.success(request, f"{first} et {second} forment un binôme.")
            return redirect("lms:cohort_pairs", pk)
    members = Prefetch("members", Enrolment.objects.select_related("person").order_by("pk"), to_attr="both")
    rows = Pair.objects.filter(cohort=cohort).prefetch_related(members).order_by("-made_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "enough": enough}
    return shown(request, cohort, "lms/cohort_pairs.html", context, status=422 if form.errors else 200)


@login_required
@READ_AND_POST
def unpair(request, pk, pair_pk):
    """Part a pair, once asked."""
    cohort = led_cohort(request, pk)
    pair = get_object_or_404(Pair, pk=pair_pk, cohort=cohort)
    names = " et ".join(str(row.person) for row in pair.members.select_related("person").order_by("pk"))
    if request.method == "POST":
        pairs.unpair(pair=pair, by=request.user, at=timezone.now())
        messages.success(request, "Binôme défait : chacun continue de son côté.")
        return redirect("lms:cohort_pairs", pk)
    return confirmed(
        request,
        cohort,
        title="Défaire ce binôme ?",
        text=f"{names} continueront chacun de leur côté. Rien de ce qui est fait n’est perdu.",
        label="Défaire le binôme",
        back="cohort_pairs",
    )


@login_required
@require_safe
def withdrawn(request, pk):
    """Those who left, the last first."""
    cohort = led_cohort(request, pk)
    rows = cohort.enrolments.filter(withdrawn_at__isnull=False).select_related("person")
    page = Paginator(rows.order_by("-withdrawn_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return shown(request, cohort, "lms/cohort_withdrawn.html", {"page_obj": page})


@login_required
@READ_AND_POST
def restore(request, pk, enrolment_pk):
    """Bring somebody back, with a reason."""
    cohort = led_cohort(request, pk)
    row = get_object_or_404(cohort.enrolments.select_related("person"), pk=enrolment_pk)
    if row.withdrawn_at is None and request.method != "POST":
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            enrolments.restore_by(enrolment=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except CohortFull:
            messages.error(request, "Toutes les places sont prises : ajoutez-en une, ou attendez qu’une se libère.")
        else:
            messages.success(request, f"{row.person} est de retour, là où elle ou il en était.")
        return redirect("lms:cohort_withdrawn", pk)
    return confirmed(
        request,
        cohort,
        title=f"Faire revenir {row.person} ?",
        text="Cette personne retrouvera tout ce qu’elle avait fait, et une place de la cohorte.",
        label="Faire revenir",
        back="cohort_withdrawn",
        form=form,
        kind="act",
    )


@login_required
@READ_AND_POST
def describe(request, pk, enrolment_pk):
    """Say which organisation and sector somebody comes from, with a reason."""
    cohort, row = led_cohort(request, pk), learner_of(pk, enrolment_pk)
    sheet = reverse("lms:learner_sheet", args=[pk, row.pk])
    form = DetailsForm(request.POST or None, initial={"organisation": row.organisation, "sector": row.sector})
    if form.is_valid():
        enrolments.describe(enrolment=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"C’est noté pour {row.person}.")
        return redirect(sheet)
    context = {
        "cohort": cohort,
        "person": row.person,
        "form": form,
        "back_url": sheet,
        "breadcrumb": [
            *above(cohort),
            (str(row.person), sheet),
        ],
    }
    return TemplateResponse(request, "lms/cohort/details.html", context, status=422 if form.errors else 200)


def shown(request, cohort, template, context, *, status=200):
    """A page about who is in a cohort, with the tabs of the others."""
    here = request.resolver_match.url_name
    context |= {
        "cohort": cohort,
        "tabs": [(reverse(f"lms:{name}", args=[cohort.pk]), label, name == here) for name, label in TABS],
    }
    return TemplateResponse(request, template, context, status=status)


def confirmed(request, cohort, *, title, text, label, back, form=None, kind="danger"):
    """The page that asks before something is done."""
    context = {
        "cohort": cohort,
        "title": title,
        "text": text,
        "label": label,
        "kind": kind,
        "form": form,
        "back_url": reverse(f"lms:{back}", args=[cohort.pk]),
    }
    return TemplateResponse(request, "lms/cohort_confirm.html", context, status=422 if form and form.errors else 200)
