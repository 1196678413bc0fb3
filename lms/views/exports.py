"""The board as files: the same rows, columns and figures, for a spreadsheet.

Rows leave as they are read, in the order of enrolments: a file of 10,000 people takes no more memory than one of ten.
"""

import tempfile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from courses.outline import outline_by_pk
from learners import evidence
from learners.reporting import learners_of, rows_of
from learners.spreadsheets import Column, csv_lines, write_xlsx
from lms.views.cohorts import above, led_cohort

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

COLUMNS = (
    Column("Nom", lambda row: row.name, width=28),
    Column("Adresse e-mail", lambda row: row.email, width=34),
    Column("Statut", lambda row: row.status_label),
    Column("Étapes terminées", lambda row: row.done),
    Column("Étapes obligatoires", lambda row: row.total),
    Column("Avancée (%)", lambda row: row.percent),
    Column("Inscription", lambda row: row.enrolled_at),
    Column("Dernière activité", lambda row: row.last_activity),
    Column("Jours sans activité", lambda row: row.days_silent),
    Column("Parcours terminé", lambda row: row.finished_at),
    Column("Code de l’attestation", lambda row: row.certificate_code, width=30),
)


@login_required
@require_safe
def cohort_csv(request, pk):
    """The same rows as the board, as a CSV that French spreadsheets open without a question."""
    shown = led_cohort(request, pk)
    return StreamingHttpResponse(
        csv_lines(COLUMNS, rows_in(shown), zone=shown.zone),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{named(shown)}.csv"'},
    )


@login_required
@require_safe
def cohort_xlsx(request, pk):
    """The same rows as the board, as a workbook with real numbers and dates."""
    shown = led_cohort(request, pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it once it has left
    write_xlsx(file, COLUMNS, rows_in(shown), zone=shown.zone, title="Cohorte")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{named(shown)}.xlsx", content_type=XLSX)


@login_required
@require_safe
def cohort_evidence(request, pk):
    """What the evidence pack holds, before it is downloaded."""
    shown = led_cohort(request, pk)
    context = {
        "cohort": shown,
        "parts": evidence.parts_of(shown, None, {}),
        "breadcrumb": above(shown),
    }
    return TemplateResponse(request, "lms/cohort/evidence.html", context)


@login_required
@require_safe
def cohort_evidence_zip(request, pk):
    """The evidence pack."""
    shown = led_cohort(request, pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it once it has left
    evidence.write_pack(file, shown, now=timezone.now())
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"preuves-{named(shown)}.zip", content_type="application/zip"
    )


def rows_in(cohort):
    """The rows of the board of this cohort, one after another."""
    return rows_of(outline_by_pk(cohort.track_id), learners_of(cohort), now=timezone.now())


def named(cohort):
    """The name of a file about this cohort, without its ending."""
    return f"{slugify(cohort.name)}-{timezone.localdate(timezone=cohort.zone):%Y-%m-%d}"
