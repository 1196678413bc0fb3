"""The register of a session: who was there. For the steps that are done by being there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.outline import outline_by_pk
from courses.typography import folded, pluriel
from learners import progress
from learners.models import Completion, Enrolment
from lms.views.cohorts import led_cohort


@login_required
@require_safe
def sessions(request, pk):
    """The sessions of the track, and how many people of the cohort were at each."""
    cohort = led_cohort(request, pk)
    people = people_of(cohort)
    present = present_at(cohort)
    sessions = [{"step": step, "present": len(present.get(step.pk, ()))} for step in sessions_of(cohort)]
    context = {"cohort": cohort, "sessions": sessions, "total": len(people)}
    return TemplateResponse(request, "lms/cohort/sessions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request, pk, step_pk):
    """Tick who was there; what is ticked again, or by somebody else meanwhile, changes nothing."""
    cohort = led_cohort(request, pk)
    step = next((one for one in sessions_of(cohort) if one.pk == step_pk), None)
    if step is None:
        raise Http404
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
