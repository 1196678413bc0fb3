"""The reminders of a cohort: what will leave and why, one of them, and the rules that write them."""

from itertools import groupby

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.outline import outline_by_pk
from learners import forecasts, rehearsals, rule_book, rules
from learners.errors import UnfitMessage
from learners.messages import LONGEST_SUBJECT, LONGEST_TEXT
from learners.models import ReminderRule
from lms.views.cohorts import above, led_cohort

PAGE_SIZE = 50
NAMED = 100  # people whom trying a rule names
FIELDS = ("delay", "times", "every", "subject", "text")


class MoveForm(forms.Form):
    """Another day for one reminder."""

    day = forms.DateField(
        label="Autre jour",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Il part vers neuf heures, chez la personne ; plus tard si c’est un jour de repos.",
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self):
        """A day to come, and not in years."""
        day = self.cleaned_data["day"]
        if not self.today <= day <= self.today + forecasts.FURTHEST_MOVE:
            raise forms.ValidationError("Choisissez un jour d’ici deux mois.")
        return day


class RuleForm(forms.Form):
    """One rule of a cohort."""

    on = forms.BooleanField(label="En service", required=False)
    kind = forms.ChoiceField(label="Quand", choices=ReminderRule.Kind.choices)
    delay = forms.IntegerField(
        label="Délai", min_value=1, max_value=180, help_text="En jours ; en mois pour « Des nouvelles, plus tard »."
    )
    times = forms.IntegerField(
        label="Nombre de fois", min_value=1, max_value=5, initial=1, help_text="Pour un même silence."
    )
    every = forms.IntegerField(label="Puis tous les (jours)", min_value=1, max_value=180, initial=7)
    subject = forms.CharField(
        label="Objet", max_length=LONGEST_SUBJECT, required=False, help_text="Vide : le message du site."
    )
    text = forms.CharField(
        label="Message", max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )

    def __init__(self, *args, rule, **kwargs):
        super().__init__(*args, **kwargs)
        self.rule = rule
        if rule.kind:
            del self.fields["kind"]
            self.fields["text"].help_text = f"Remplacés pour chaque personne : {', '.join(rules.places_of(rule.kind))}."
            if rule.kind not in ReminderRule.SILENCES:
                del self.fields["times"], self.fields["every"]

    def clean(self):
        """Words come together, and hold only what will be replaced."""
        facts = super().clean() or self.cleaned_data
        subject, text = facts.get("subject", ""), facts.get("text", "")
        if bool(subject) != bool(text):
            self.add_error("text" if subject else "subject", "L’objet et le texte s’écrivent ensemble.")
        try:
            rule_book.fit(facts.get("kind") or self.rule.kind, subject, text)
        except UnfitMessage as refusal:
            self.add_error("text", str(refusal))
        return facts

    @property
    def chosen(self):
        """The fields of the row."""
        return {name: self.cleaned_data[name] for name in ("kind", *FIELDS) if name in self.cleaned_data}


@login_required
@require_safe
def cohort_reminders(request, pk):
    """What will leave in the next fourteen days, day by day, and the rules of the cohort."""
    cohort, now = led_cohort(request, pk), timezone.now()
    outline = outline_by_pk(cohort.track_id)
    found = forecasts.coming(cohort, outline, now=now)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    days = groupby(page, key=lambda one: one.leaves_at.astimezone(cohort.zone).date())
    context = {
        "cohort": cohort,
        "count": len(found),
        "page_obj": page,
        "days": [(day, list(some)) for day, some in days],
        "rules": [(one, rules.summary(one)) for one in rule_book.page_of(cohort)],
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/cohort/reminders.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_reminder(request, pk):
    """One reminder to come: its words, and the buttons that cancel or move it."""
    cohort, now = led_cohort(request, pk), timezone.now()
    outline = outline_by_pk(cohort.track_id)
    key = request.POST.get("rappel") or request.GET.get("rappel", "")
    if not key:
        raise Http404
    one = forecasts.find(cohort, outline, key, now=now)
    moving = request.method == "POST" and request.POST.get("action") != "annuler"
    form = MoveForm(request.POST if moving else None, today=timezone.localdate(now, cohort.zone))
    if request.method == "POST" and not moving:
        forecasts.cancel(one, by=request.user, at=now)
        notices.success(request, f"Rappel annulé : {one.enrolment.person} ne le recevra pas.")
        return redirect("lms:cohort_reminders", cohort.pk)
    if moving and form.is_valid():
        forecasts.move(one, day=form.cleaned_data["day"], by=request.user, at=now)
        notices.success(request, f"Rappel de {one.enrolment.person} déplacé.")
        return redirect("lms:cohort_reminders", cohort.pk)
    context = {
        "cohort": cohort,
        "one": one,
        "form": form,
        "letter": forecasts.preview(one, outline, now=now),
        "breadcrumb": [*above(cohort), ("Rappels", page_of(cohort))],
    }
    return TemplateResponse(request, "lms/cohort/change_reminder.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request, pk):
    """A rule that the track has not."""
    cohort = led_cohort(request, pk)
    return edited(request, cohort, ReminderRule(track_id=cohort.track_id, kind=""))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request, pk, rule_pk):
    """A rule of the cohort, or of its track, which the cohort then makes its own."""
    cohort = led_cohort(request, pk)
    theirs = ReminderRule.objects.filter(Q(cohort=cohort) | Q(cohort__isnull=True), track=cohort.track_id)
    return edited(request, cohort, get_object_or_404(theirs, pk=rule_pk))


@login_required
@require_POST
def as_track(request, pk, rule_pk):
    """Follow the rules of the track again."""
    cohort = led_cohort(request, pk)
    own = get_object_or_404(ReminderRule, pk=rule_pk, cohort=cohort)
    rule_book.as_track(cohort=cohort, kind=own.kind)
    notices.success(request, "La cohorte suit de nouveau la règle du parcours.")
    return redirect("lms:cohort_reminders", cohort.pk)


def edited(request, cohort, row):
    """Try the rule on the last month, or keep it."""
    now, outline = timezone.now(), outline_by_pk(cohort.track_id)
    initial = {"on": row.on, **{name: getattr(row, name) for name in FIELDS}}
    form = RuleForm(request.POST or None, rule=row, initial=initial)
    context = {
        "cohort": cohort,
        "rule": row,
        "form": form,
        "breadcrumb": [*above(cohort), ("Rappels", page_of(cohort))],
    }
    context["summary"] = rules.summary(row) if row.kind else "Nouvelle règle"
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "essayer":
            tried = ReminderRule(track_id=cohort.track_id, cohort=cohort, **{"kind": row.kind, **form.chosen})
            hits = rehearsals.rehearse(tried, cohort, outline, now=now)
            context |= {
                "tried": rules.summary(tried),
                "hits": hits[:NAMED],
                "count": len(hits),
                "people": len({hit.enrolment.pk for hit in hits}),
                "since": now - rehearsals.MONTH,
                "reviews": tried.kind == ReminderRule.Kind.REVIEWS,
            }
            return TemplateResponse(request, "lms/cohort/rule.html", context)
        if refusal := kept(cohort, row, form, at=now):
            form.add_error(None, refusal)
        else:
            notices.success(request, "Règle enregistrée pour cette cohorte.")
            return redirect("lms:cohort_reminders", cohort.pk)
    return TemplateResponse(request, "lms/cohort/rule.html", context, status=422 if form.errors else 200)


def kept(cohort, row, form, *, at):
    """Keep the rule; what refuses it, in French, or nothing."""
    chosen = form.chosen
    row.kind = chosen.get("kind", row.kind)
    try:
        rule_book.keep(rule=row, cohort=cohort, on=form.cleaned_data["on"], at=at, **chosen)
    except forms.ValidationError as refused:
        return " ".join(refused.messages)
    return ""


def page_of(cohort):
    """Where the reminders of a cohort are."""
    return reverse("lms:cohort_reminders", args=[cohort.pk])
