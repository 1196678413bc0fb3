"""The board: whom to help today."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.typography import folded
from learners import contacts, reviews
from learners.access import may_see_cohort
from learners.models import Cohort
from learners.reporting import Status, board_of, cohorts_led_by, next_titles, urgency

PAGE_SIZE = 50

SORTS = {
    "urgence": ("Besoin d’aide d’abord", urgency),
    "nom": ("Nom", lambda row: folded(row.name)),
    "avancee": ("Avancée", lambda row: (-row.done, folded(row.name))),
    "activite": ("Dernière activité", lambda row: (row.days_silent, folded(row.name))),
}


@login_required
@require_safe
def cohorts(request):
    """The cohorts that this person leads."""
    led = cohorts_led_by(Cohort.objects.led_by(request.user).select_related("track"), now=timezone.now())
    context = {
        "cohorts": [
            {
                "name": cohort.name,
                "url": cohort.get_absolute_url(),
                "track_title": cohort.track.title,
                "track_slug": cohort.track.slug,
                "opens_on": cohort.opens_on,
                "closes_on": cohort.closes_on,
                "learner_count": cohort.learner_count,
                "stalled_count": cohort.stalled_count,
            }
            for cohort in led
        ],
        "awaiting": reviews.queue(request.user).count(),
    }
    return TemplateResponse(request, "lms/cohorts.html", context)


@login_required
@require_safe
def cohort(request, pk):
    """The learners of a cohort: filters, sorts and pages, the most urgent first."""
    shown = led_cohort(request, pk)
    now = timezone.now()
    board = board_of(shown, now=now)
    query = {
        "q": request.GET.get("q", "").strip()[:80],
        "statut": request.GET.get("statut", ""),
        "tri": request.GET.get("tri", "urgence"),
    }
    page_obj = Paginator(chosen(board, query), PAGE_SIZE).get_page(request.GET.get("page"))
    titles = next_titles(board.outline, page_obj.object_list, now=now) if board.outline else {}
    context = {
        "cohort": shown,
        "outline": board.outline,
        "contacts": contacts.day_of(shown, board.outline, now=timezone.now()),
        "figures": board.figures,
        "rows": [replace(row, next_title=titles.get(row.enrolment_pk, "")) for row in page_obj],
        "page_obj": page_obj,
        "query": query,
        "statuses": Status.choices,
        "sorts": [(key, label) for key, (label, _) in SORTS.items()],
    }
    return TemplateResponse(request, "lms/cohort.html", context)


def chosen(board, query):
    """The rows that the filters keep, in the order that was asked."""
    words = folded(query["q"]).split()
    rows = [
        row
        for row in board.rows
        if (not query["statut"] or row.status == query["statut"])
        and all(word in folded(f"{row.name} {row.email}") for word in words)
    ]
    _, key = SORTS.get(query["tri"], SORTS["urgence"])
    return sorted(rows, key=key)


def led_cohort(request, pk):
    """The cohort, if this person may see it; else a 404, as for one that does not exist."""
    shown = get_object_or_404(Cohort.objects.select_related("track"), pk=pk)
    if not may_see_cohort(request.user, shown):
        raise Http404
    return shown
