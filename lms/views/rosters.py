"""Bringing a list of people into a cohort: a file, what it would do, and then only the doing."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from learners import admissions, seats
from learners.rosters import MAX_BYTES, Unreadable
from learners.spreadsheets import Echo, inert
from lms.forms import RosterForm
from lms.views.cohorts import led_cohort
from lms.views.enrolments import shown

SHOWN = 100  # lines without a fault that a preview shows; those with one are all shown


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request, pk):
    """Choose a file; see what it would do; confirm. Nothing is written before."""
    cohort = led_cohort(request, pk)
    if "parcel" in request.POST:
        return with_parcel(request, cohort, request.POST["parcel"])
    form = RosterForm(request.POST or None, request.FILES or None) if request.method == "POST" else RosterForm()
    if form.is_bound and form.is_valid():
        try:
            data = form.cleaned_data["file"].read(MAX_BYTES + 1)
            plan = admissions.dry_run(data, cohort=cohort, by=request.user)
        except Unreadable as reason:
            form.add_error("file", str(reason))
        else:
            return preview(request, cohort, plan, form.cleaned_data["file"].name)
    status = 422 if form.errors else 200
    return shown(request, cohort, "lms/cohort_import.html", {"form": form, "plan": None}, status=status)


def with_parcel(request, cohort, parcel):
    """What was looked at comes back: its errors as a file, or the doing."""
    try:
        if "errors" in request.POST:
            return errors_file(cohort, admissions.looked_at(parcel, cohort=cohort, by=request.user))
        outcome = admissions.confirm(parcel, cohort=cohort, by=request.user, at=timezone.now())
    except admissions.NotConfirmable as reason:
        messages.error(request, str(reason))
        return redirect(request.path)
    return shown(request, cohort, "lms/cohort_imported.html", {"form": None, "outcome": outcome})


def preview(request, cohort, plan, name):
    """What the file would do, line by line."""
    changing = [entry for entry in plan.entries if entry.action != admissions.ERROR]
    context = {
        "form": None,
        "plan": plan,
        "name": name,
        "left": seats.left(cohort),
        "entries": changing[:SHOWN],
        "more": max(len(changing) - SHOWN, 0),
        "errors": plan.of(admissions.ERROR),
    }
    return shown(request, cohort, "lms/cohort_import.html", context)


def errors_file(cohort, plan):
    """The lines of which nothing is made, as they were, with the reason of each: to be mended and sent again."""
    return StreamingHttpResponse(
        error_lines(plan),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slugify(cohort.name)}-a-corriger.csv"'},
    )


def error_lines(plan):
    """The file, line by line."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(["Ligne", *map(inert, plan.headings), "Motif"])
    for entry in plan.of(admissions.ERROR):
        cells = [*entry.line.cells, *[""] * len(plan.headings)][: len(plan.headings)]
        yield writer.writerow([entry.line.number, *map(inert, cells), inert(entry.detail)])
