"""An exception for one person: what it opens or extends, until when, and why. Shown to whom it is given."""

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.models import Page

from courses.models import QuizPage
from courses.outline import outline_by_pk
from learners import allowances
from learners.models import Allowance, Enrolment
from lms.views.cohorts import above, led_cohort

END_OF_DAY = time(23, 59)


class AllowanceForm(forms.Form):
    """What is allowed, for how long, and the explanation that the person reads."""

    kind = forms.ChoiceField(label="Ce qui est accordé", choices=Allowance.Kind.choices, widget=forms.RadioSelect)
    page = forms.ChoiceField(label="Étape ou module")
    until = forms.DateField(
        label="Nouvelle clôture",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Pour repousser la clôture d’un quiz : ce jour compris, heure de la cohorte.",
    )
    comment = forms.CharField(
        label="Explication", max_length=240, widget=forms.Textarea(attrs={"rows": 3}), help_text="La personne la lit."
    )

    def __init__(self, *args, outline, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.quizzes = {str(step.pk) for step in outline.steps if step.kind == QuizPage.kind}
        self.today = today
        self.fields["page"] = forms.ChoiceField(label="Étape ou module", choices=places_in(outline))

    def clean(self):
        """A closing is extended for a quiz, to a day that is not over; what is opened has no end."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("kind") == Allowance.Kind.OPEN:
            return cleaned | {"until": None}
        if cleaned.get("kind") and cleaned.get("page") and cleaned["page"] not in self.quizzes:
            self.add_error("page", "Seul un quiz a une clôture : choisissez un quiz.")
        if cleaned.get("kind") and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", "Donnez la nouvelle date de clôture.")
        elif cleaned.get("until") and cleaned["until"] < self.today:
            self.add_error("until", "Cette date est passée.")
        return cleaned


def places_in(outline):
    """What may be opened, module by module."""
    return [("", "Choisir")] + [
        (
            f"{module.number}. {module.title}",
            [(str(module.pk), "Tout le module"), *((str(step.pk), step.title) for step in module.steps)],
        )
        for module in outline.modules
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def allow(request, pk, enrolment_pk):
    """Give an exception to somebody of this cohort; one for the same page replaces the one before."""
    cohort, row, now = led_cohort(request, pk), learner_of(pk, enrolment_pk), timezone.now()
    outline = outline_by_pk(cohort.track_id)
    if outline is None:
        raise Http404
    form = AllowanceForm(request.POST or None, outline=outline, today=now.astimezone(cohort.zone).date())
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        allowances.grant(
            enrolment=row,
            page=Page.objects.get(pk=form.cleaned_data["page"]),
            kind=form.cleaned_data["kind"],
            comment=form.cleaned_data["comment"],
            until=until and datetime.combine(until, END_OF_DAY, tzinfo=cohort.zone),
            by=request.user,
            at=now,
        )
        messages.success(request, f"Dérogation accordée à {row.person}. Elle la lit dans son espace.")
        return redirect("lms:learner_sheet", cohort.pk, row.pk)
    context = {
        "cohort": cohort,
        "person": row.person,
        "form": form,
        "breadcrumb": [
            *above(cohort),
            (str(row.person), reverse("lms:learner_sheet", args=[cohort.pk, row.pk])),
        ],
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "lms/cohort/allow.html", context, status=status)


@login_required
@require_POST
def end_allowance(request, pk, enrolment_pk, allowance_pk):
    """End an exception: the rules of the track count again."""
    cohort, row = led_cohort(request, pk), learner_of(pk, enrolment_pk)
    allowance = get_object_or_404(Allowance, pk=allowance_pk, enrolment=row)
    allowances.end(allowance=allowance, at=timezone.now())
    messages.success(request, "Dérogation terminée. Ce que la personne a fait reste fait.")
    return redirect("lms:learner_sheet", cohort.pk, row.pk)


def learner_of(cohort_pk, enrolment_pk):
    """The active learner of this cohort; else a 404."""
    rows = Enrolment.objects.active().filter(cohort=cohort_pk, person__is_staff=False).select_related("person")
    return get_object_or_404(rows, pk=enrolment_pk)
