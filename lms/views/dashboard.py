"""Mon espace: the next step first."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from courses.outline import outlines
from learners import people, subscriptions
from learners.access import is_reviewer, leads_a_cohort
from lms.forms import Preferences, Profile
from lms.learning import Learning, enrolments_of

UNREACHABLE = (
    "Nos messages à {} reviennent : nous n’y écrivons plus que l’indispensable. Corrigez votre adresse. Si elle est "
    "bonne, demandez un nouveau mot de passe : quand vous l’aurez choisi par le lien reçu, nous saurons qu’elle marche."
)


@login_required
def dashboard(request):
    """Tracks under way, the latest touched first; finished ones; those still to discover."""
    every = outlines()
    enrolments = enrolments_of(request.user)
    now = timezone.now()
    learnings = [Learning(outline=one, enrolment=enrolments[one.pk], now=now) for one in every if one.pk in enrolments]
    learnings.sort(key=lambda one: enrolments[one.outline.pk].last_activity_at, reverse=True)
    context = {
        "person": request.user,
        "unreachable": UNREACHABLE.format(request.user.email) if request.user.unreachable else "",
        "learnings": [one for one in learnings if not one.certificate],
        "finished": [one for one in learnings if one.certificate],
        "outlines_open": [one for one in every if one.pk not in enrolments],
    }
    return TemplateResponse(request, "lms/dashboard.html", context)


@login_required
def preferences(request):
    """The name on attestations, and what one accepts to receive."""
    person, now = request.user, timezone.now()
    refused = subscriptions.refused_by(person)
    profile = Profile(request.POST or None, initial={"first_name": person.first_name, "last_name": person.last_name})
    form = Preferences(
        request.POST or None,
        initial=Preferences.initial_of(refused, subscriptions.choices_of(person)),
        today=timezone.localdate(now),
        reviewer=is_reviewer(person),
        leads=leads_a_cohort(person),
    )
    if request.method == "POST" and profile.is_valid() and form.is_valid():
        people.rename(person, **profile.cleaned_data)
        chosen = {name: form.cleaned_data[name] for name in ("territory", "no_reminder_before")}
        subscriptions.choose(person=person, refused=form.refused(refused), at=now, **chosen)
        messages.success(request, "Préférences enregistrées.")
        return redirect("lms:preferences")
    return TemplateResponse(request, "lms/preferences.html", {"form": form, "profile": profile})
