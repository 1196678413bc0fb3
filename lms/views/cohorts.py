"""The board: whom to help today."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.typography import folded, pluriel
from learners import contacts, reviews
from learners.access import may_see_cohort, still_learning
from learners.models import Cohort, Sector
from learners.reporting import (
    Row,
    Status,
    board_of,
    cohorts_led_by,
    learners_of,
    organisations_of,
    urgency,
    whereabouts,
)
from learners.trends import matters_of, trends_of

PAGE_SIZE = 50
STUCK = "stuck"  # asked for as a state, which it is not: one may be stuck and active

SORTS = {
    "urgence": ("Besoin d’aide d’abord", urgency),
    "nom": ("Nom", lambda row: folded(row.name)),
    "avancee": ("Avancée", lambda row: (-row.done, folded(row.name))),
    "activite": ("Dernière activité", lambda row: (row.days_silent, folded(row.name))),
}


TONES = {Status.STALLED: "warning", Status.DOING: "info", Status.DONE: "success"}


@dataclass(frozen=True)
class Line:
    """One person of the page shown."""

    row: Row
    cells: tuple[str, ...]
    next_title: str

    @property
    def tone(self):
        """The colour of the badge that names the state."""
        return TONES.get(self.row.status, "")

    @property
    def share(self):
        """How far along, in words."""
        mark = pluriel(self.row.done)
        return f"{self.row.done} étape{mark} sur {self.row.total} terminée{mark}"

    @property
    def silence(self):
        """Since when nothing happened, in words."""
        days = self.row.days_silent
        return f"il y a {days} jour{pluriel(days)}" if days else ""


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
    """The learners of a cohort: what matters, filters, sorts and pages, the most urgent first; then its charts."""
    shown, now = led_cohort(request, pk), timezone.now()
    query = asked(request.GET)
    organisations = organisations_of(shown)
    among = {"sector": query["secteur"], "organisations": matching(organisations, query["organisation"])}
    board, enrolments = board_of(shown, now=now, **among), learners_of(shown, **among)
    found = whereabouts(board.outline, enrolments, now=now) if board.outline and query["module"] else None
    page_obj = Paginator(chosen(board, query, found), PAGE_SIZE).get_page(request.GET.get("page"))
    if board.outline and found is None:
        listed = enrolments.filter(pk__in=[row.enrolment_pk for row in page_obj])
        found = whereabouts(board.outline, listed, now=now)
    narrowed = bool(query["secteur"] or query["organisation"])
    whole = board_of(shown, now=now) if narrowed else board
    context = {
        "cohort": shown,
        "outline": board.outline,
        "contacts": contacts.day_of(shown, whole, now=now),
        "narrowed": narrowed,
        "told": board.enough or not narrowed,
        "figures": board.figures,
        "stuck": board.stuck,
        "matters": matters_of(shown, board, enrolments, now=now),
        "trends": trends_of(shown, board, enrolments, now=now),
        "still_learning": still_learning(request.user, shown),
        "lines": lines_of(board, page_obj, found or {}),
        "page_obj": page_obj,
        "query": query,
        "organisations": organisations,
        "statuses": [*Status.choices, (STUCK, "bute sur un quiz")],
        "sectors": Sector.choices,
        "sorts": [(key, label) for key, (label, _) in SORTS.items()],
    }
    return TemplateResponse(request, "lms/cohort.html", context)


def asked(parameters):
    """The filters and the sort that an address asks for; what means nothing is left out."""
    module, sector = parameters.get("module", ""), parameters.get("secteur", "")
    return {
        "q": parameters.get("q", "").strip()[:80],
        "statut": parameters.get("statut", ""),
        "module": int(module) if module.isascii() and module.isdigit() and len(module) < 4 else "",
        "secteur": sector if sector in Sector.values else "",
        "organisation": parameters.get("organisation", "").strip()[:160],
        "tri": parameters.get("tri", "urgence"),
    }


def matching(organisations, words):
    """Those of these organisations whose names hold these words; None without any word."""
    wanted = folded(words).split()
    return [one for one in organisations if all(word in folded(one) for word in wanted)] if wanted else None


def lines_of(board, rows, found):
    """The Lines of these rows, told where each person is. Many stand at the same place: each state is drawn once."""
    draw = cache(lambda cell: render_to_string("lms/cohort/cell.html", {"cell": cell}))

    def line_of(row):
        where = found.get(row.enrolment_pk)
        cells = board.cells(row, where and where.place)
        return Line(row, tuple(map(draw, cells)), where.title if where else "")

    return [line_of(row) for row in rows]


def chosen(board, query, found):
    """The rows that the filters keep, in the order that was asked; ``found`` says who is where, if that was asked."""
    words, status, module = folded(query["q"]).split(), query["statut"], query["module"]
    here = {pk for pk, one in (found or {}).items() if one.place == module - 1} if module else set()
    rows = [
        row
        for row in board.rows
        if (not status or row.status == status or (status == STUCK and row.stuck_in))
        and (not module or row.enrolment_pk in here)
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


def above(cohort):
    """The places above the pages of a cohort."""
    return [("Mes cohortes", reverse("lms:cohorts")), (cohort.name, cohort.get_absolute_url())]
