"""Which questions fail the learners: for the leads of a cohort, and for those who write the quiz. Nobody is named."""

import csv
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.item_analysis import ENOUGH_FOR_DISCRIMINATION, ENOUGH_FOR_FACILITY, ItemFigures, QuizFigures
from courses.item_verdicts import verdict_of
from courses.models import QuizPage
from courses.outline import outline_by_pk, outlines
from learners.access import may_correct_marks, may_see_quiz_figures, still_learning
from learners.analysis import VersionMet, figures_of, first_attempt_counts, versions_met
from learners.models import Cohort
from learners.spreadsheets import inert
from lms.views.cohorts import above, led_cohort


@dataclass(frozen=True)
class Line:
    """A question of the page: its figures, and what they suggest."""

    figures: ItemFigures
    verdict: list[str]


@dataclass(frozen=True)
class Analysis:
    """One quiz as its readers see it, for one cohort or for everybody."""

    quiz: QuizPage
    cohort: Cohort | None
    versions: list[VersionMet]
    version: VersionMet | None
    figures: QuizFigures | None

    @property
    def lines(self):
        """The questions in the author's order."""
        return [Line(item, verdict_of(item)) for item in self.figures.items] if self.figures else []

    @property
    def minutes(self):
        """The median length, in whole minutes; None for too few people."""
        if self.figures is None or self.figures.median_seconds is None:
            return None
        return max(1, round(self.figures.median_seconds / 60))


# ---------------------------------------------------------------- choosing a quiz


@login_required
@require_safe
def cohort_quizzes(request, pk):
    """The quizzes of a cohort's track."""
    cohort = led_cohort(request, pk)
    outline = outline_by_pk(cohort.track_id)
    context = {
        "cohort": cohort,
        "still_learning": still_learning(request.user, cohort),
        "tracks": quizzes_by_track([outline] if outline else [], cohort=cohort),
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/quizzes.html", context)


@login_required
@require_safe
def quizzes(request):
    """The quizzes that this person may edit, track by track."""
    editable = PagePermissionPolicy().instances_user_has_permission_for(request.user, "change")
    context = {
        "cohort": None,
        "still_learning": False,
        "tracks": quizzes_by_track(outlines(), among=set(editable.values_list("pk", flat=True))),
        "breadcrumb": doors(request.user),
    }
    if not context["tracks"]:
        raise Http404
    return TemplateResponse(request, "lms/quizzes.html", context)


def quizzes_by_track(shown, *, cohort=None, among=None):
    """The quizzes of these outlines that have some: (outline, [(title, address, first attempts)]) pairs. One query."""
    steps = {
        one: [step for step in one.steps if step.kind == QuizPage.kind and (among is None or step.pk in among)]
        for one in shown
    }
    counts = first_attempt_counts([step.pk for found in steps.values() for step in found], cohort=cohort)
    return [
        (one, [(step.title, address(step.pk, cohort), counts[step.pk]) for step in found])
        for one, found in steps.items()
        if found
    ]


def address(quiz_pk, cohort, name="quiz"):
    """Where the analysis of this quiz is, for this cohort or for everybody."""
    return (
        reverse(f"lms:cohort_{name}", args=[cohort.pk, quiz_pk]) if cohort else reverse(f"lms:{name}", args=[quiz_pk])
    )


# ---------------------------------------------------------------- reading about it


def analysis_for_lead(request, pk, quiz_pk):
    """The Analysis of a quiz in a cohort, for who leads it and is not learning the same track; else a 404."""
    cohort = led_cohort(request, pk)
    if still_learning(request.user, cohort):
        raise Http404
    return analysis_of(request, get_object_or_404(QuizPage.objects.descendant_of(cohort.track), pk=quiz_pk), cohort)


def analysis_for_editor(request, quiz_pk):
    """The Analysis of a quiz over all learners, for those who may edit it; else a 404."""
    quiz = get_object_or_404(QuizPage, pk=quiz_pk)
    if not may_see_quiz_figures(request.user, quiz):
        raise Http404
    return analysis_of(request, quiz, None)


def analysis_of(request, quiz, cohort):
    """The version that was asked for, or the one that was met last."""
    versions = versions_met(quiz.pk, cohort=cohort)
    asked = request.GET.get("version", "")
    version = next((one for one in versions if str(one.pk) == asked), versions[0] if versions else None)
    figures = figures_of(version.pk, cohort=cohort) if version else None
    return Analysis(quiz, cohort, versions, version, figures)


@login_required
@require_safe
def cohort_quiz(request, pk, quiz_pk):
    """The questions of a quiz, as the learners of a cohort met them."""
    analysis = analysis_for_lead(request, pk, quiz_pk)
    cohort = analysis.cohort
    trail = [
        *above(cohort),
        ("Questions des quiz", reverse("lms:cohort_quizzes", args=[cohort.pk])),
    ]
    return show(request, analysis, trail)


@login_required
@require_safe
def quiz(request, quiz_pk):
    """The questions of a quiz, as all learners met them."""
    analysis = analysis_for_editor(request, quiz_pk)
    correct_url = ""
    if may_correct_marks(request.user, analysis.quiz):
        correct_url = reverse("lms:correct_marks", args=[quiz_pk])
    return show(request, analysis, [*doors(request.user), ("Questions des quiz", reverse("lms:quizzes"))], correct_url)


def doors(person):
    """Where somebody comes from to the quizzes of all cohorts: their own cohorts, for those who lead some."""
    return [("Mes cohortes", reverse("lms:cohorts"))] if person.leads_cohorts else []


def show(request, analysis, trail, correct_url=""):
    """The page."""
    context = {
        "analysis": analysis,
        "breadcrumb": trail,
        "correct_url": correct_url,
        "export_url": address(analysis.quiz.pk, analysis.cohort, "quiz_csv"),
        "enough": {"facility": ENOUGH_FOR_FACILITY, "discrimination": ENOUGH_FOR_DISCRIMINATION},
    }
    return TemplateResponse(request, "lms/quiz_analysis.html", context)


# ---------------------------------------------------------------- taking it away

HEADINGS = [
    "Numéro",
    "Question",
    "Rencontrée",
    "Sans réponse",
    "À relire",
    "Réponses comptées",
    "Réussite (%)",
    "Réussite, borne basse (%)",
    "Réussite, borne haute (%)",
    "Indice de discrimination",
    "Discrimination, borne basse",
    "Discrimination, borne haute",
    "Efficacité de la discrimination",
    "Réponses proposées",
    "Ce que l’on en retient",
]


@login_required
@require_safe
def cohort_quiz_csv(request, pk, quiz_pk):
    """The table of the same page, for a spreadsheet."""
    return as_csv(analysis_for_lead(request, pk, quiz_pk))


@login_required
@require_safe
def quiz_csv(request, quiz_pk):
    """The table of the same page, for a spreadsheet."""
    return as_csv(analysis_for_editor(request, quiz_pk))


def as_csv(analysis):
    """One line per question, as French spreadsheets read it: a byte order mark, semicolons, decimal commas."""
    whose = f"-{slugify(analysis.cohort.name)}" if analysis.cohort else ""
    name = f"{analysis.quiz.slug}{whose}-{timezone.localdate():%Y-%m-%d}.csv"
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    writer = csv.writer(response, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(cells(line) for line in analysis.lines)
    return response


def cells(line):
    """The cells of one question."""
    item = line.figures
    return [
        item.number,
        inert(item.prompt),
        item.met,
        item.blank,
        item.waiting,
        item.count,
        *(figure(share, 100) for share in (item.facility, item.facility_low, item.facility_high)),
        *map(figure, (item.discrimination, item.discrimination_low, item.discrimination_high, item.efficiency)),
        inert(" | ".join(f"{one.letter}. {one.text} : {one.count}" for one in item.choices)),
        " ".join(line.verdict),
    ]


def figure(value, times=1):
    """A figure with one decimal, or nothing."""
    return "" if value is None else f"{value * times:.1f}".replace(".", ",")
