"""The register of a session: when it is, and who was there. For the steps that are done by being there."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.outline import outline_by_pk
from courses.typography import folded, pluriel
from learners import progress
from learners import sessions as dates
from learners.models import Completion, Enrolment
from lms.views.cohorts import above, led_cohort


class DateForm(forms.Form):
    """When a session begins, on the wall of the cohort."""

    day = forms.DateField(label="Jour", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(label="Heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, data, *, cohort, at):
        local = at and at.astimezone(cohort.zone)
        super().__init__(data, initial={"day": local, "hour": local and local.time()})
        self.cohort = cohort
        self.fields["hour"].help_text = f"À l’heure de la cohorte : {cohort.get_time_zone_display()}."

    @property
    def moment(self):
        """The moment that was chosen."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"], tzinfo=self.cohort.zone)


@login_required
@require_safe
def sessions(request, pk):
    """The sessions of the track, when they are, and how many people of the cohort were at each."""
    cohort = led_cohort(request, pk)
    people = people_of(cohort)
    present, moments = present_at(cohort), dates.dates_of(cohort)
    sessions = [
        {"step": step, "present": len(present.get(step.pk, ())), "at": moments.get(step.pk)}
        for step in sessions_of(cohort)
    ]
    context = {"cohort": cohort, "sessions": sessions, "total": len(people)}
    return TemplateResponse(request, "lms/cohort/sessions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request, pk, step_pk):
    """Tick who was there; what is ticked again, or by somebody else meanwhile, changes nothing."""
    cohort = led_cohort(request, pk)
    step = session_of(cohort, step_pk)
    people = people_of(cohort)
    present = present_at(cohort).get(step.pk, set())
    if request.method == "POST":
        ticked = {row.pk for row in people if str(row.pk) in request.POST.getlist("present")}
        # Only what this page showed is taken back: somebody else may have ticked others since.
        shown = {int(one) for one in request.POST.getlist("shown") if one.isdecimal()}
        for row in people:
            if row.pk in ticked - present:
                progress.attend(enrolment_pk=row.pk, step_pk=step.pk, by=request.user, at=timezone.now())
            elif row.pk in (present & shown) - ticked:
                progress.miss(enrolment_pk=row.pk, step_pk=step.pk, by=request.user, at=timezone.now())
        count = len(present_at(cohort).get(step.pk, ()))
        messages.success(request, f"Feuille enregistrée : {count} présence{pluriel(count)}.")
        return redirect("lms:register", cohort.pk, step.pk)
    rows = [{"enrolment": row, "value": str(row.pk), "present": row.pk in present} for row in people]
    context = {"cohort": cohort, "step": step, "rows": rows, "count": len(present)}
    return TemplateResponse(request, "lms/cohort/register.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_date(request, pk, step_pk):
    """Give a session its date, change it, or take it away."""
    cohort = led_cohort(request, pk)
    step = session_of(cohort, step_pk)
    if request.method == "POST" and request.POST.get("action") == "enlever":
        dates.unschedule(cohort=cohort, step_pk=step.pk)
        messages.success(request, "La séance n’a plus de date : aucun rappel n’en parlera.")
        return redirect("lms:sessions", cohort.pk)
    at = dates.dates_of(cohort).get(step.pk)
    form = DateForm(request.POST or None, cohort=cohort, at=at)
    if request.method == "POST" and form.is_valid():
        dates.schedule(cohort=cohort, step_pk=step.pk, starts_at=form.moment)
        messages.success(request, "Date de la séance enregistrée.")
        return redirect("lms:sessions", cohort.pk)
    context = {
        "cohort": cohort,
        "step": step,
        "form": form,
        "scheduled": at is not None,
        "breadcrumb": [
            *above(cohort),
            ("Présences", reverse("lms:sessions", args=[cohort.pk])),
        ],
    }
    return TemplateResponse(request, "lms/cohort/session_date.html", context, status=422 if form.errors else 200)


def session_of(cohort, step_pk):
    """The session with that key, of the track of this cohort; 404 for any other."""
    step = next((one for one in sessions_of(cohort) if one.pk == step_pk), None)
    if step is None:
        raise Http404
    return step


def sessions_of(cohort):
    """The live steps of the track that are done by being there."""
    outline = outline_by_pk(cohort.track_id)
    return [step for step in outline.steps if step.attended] if outline else []


def people_of(cohort):
    """The active learners of the cohort, by name. One query."""
    rows = Enrolment.objects.active().filter(cohort=cohort, person__is_staff=False).select_related("person")
    return sorted(rows, key=lambda row: (folded(row.person.last_name), folded(row.person.first_name), row.pk))


def present_at(cohort):
    """Who was at which session: enrolments by step. One query."""
    rows = Completion.objects.filter(
        enrolment__cohort=cohort, enrolment__withdrawn_at__isnull=True, enrolment__person__is_staff=False
    ).values_list("step_id", "enrolment_id")
    found: dict[int, set[int]] = {}
    for step_pk, enrolment_pk in rows.filter(step__lessonpage__completion="attended"):
        found.setdefault(step_pk, set()).add(enrolment_pk)
    return found
