"""Attestations as lists: those of a cohort, for who leads it; one's own, which stay whatever becomes of the track."""

import io
from zipfile import ZipFile, ZipInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from learners import certificates, documents
from learners.models import Certificate
from lms.views.cohorts import above, led_cohort
from lms.views.exports import named

PAGE_SIZE = 50


@login_required
@require_safe
def cohort_attestations(request, pk):
    """The attestations of a cohort, the latest first, with those that were replaced or revoked."""
    cohort = led_cohort(request, pk)
    rows = of_cohort(cohort).select_related("enrolment__person", "replacement").order_by("-issued_at", "-pk")
    context = {
        "cohort": cohort,
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/cohort/attestations.html", context)


@login_required
@require_safe
def cohort_attestations_zip(request, pk):
    """The documents of a cohort in one file, drawn as they leave."""
    cohort = led_cohort(request, pk)
    rows = of_cohort(cohort).not_replaced().filter(revoked_at__isnull=True).select_related("replaces")
    return StreamingHttpResponse(
        zipped(rows.order_by("issued_at", "pk").iterator(chunk_size=100)),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="attestations-{named(cohort)}.zip"',
            "Cache-Control": "no-store",
        },
    )


@login_required
@require_POST
def send_again(request, pk, certificate_pk):
    """Write to the holder once more, with the document."""
    cohort = led_cohort(request, pk)
    certificate = get_object_or_404(of_cohort(cohort).select_related("enrolment__person"), pk=certificate_pk)
    certificates.send_again(certificate, at=timezone.now())
    messages.success(request, f"L’attestation repart par message à {certificate.enrolment.person.email}.")
    return redirect("lms:cohort_attestations", cohort.pk)


@login_required
@require_safe
def my_attestations(request):
    """One's attestations, of tracks that are gone or that one left too. One query."""
    own = Certificate.objects.not_replaced().filter(enrolment__person=request.user)
    rows = own.order_by("-issued_at", "-pk")
    context = {"certificates": rows, "breadcrumb": [("Mon espace", reverse("lms:dashboard"))]}
    return TemplateResponse(request, "lms/my_attestations.html", context)


def of_cohort(cohort):
    """The attestations of the learners of a cohort; staff never count."""
    return Certificate.objects.filter(enrolment__cohort=cohort, enrolment__person__is_staff=False)


class Leaving(io.RawIOBase):
    """What a ZIP writes, taken away piece by piece: only one document is in memory at a time."""

    def __init__(self):
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self):
        """Yes."""
        return True

    def write(self, data):
        """Keep the piece until it is taken."""
        self.pieces.append(bytes(data))
        return len(data)

    def taken(self):
        """What was written since."""
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def zipped(rows):
    """The pieces of a ZIP of these attestations; they are compressed already."""
    sink = Leaving()
    with ZipFile(sink, "w") as archive:
        for row in rows:
            name = f"{slugify(row.holder)[:60] or 'attestation'}-{row.code}.pdf"
            issued = timezone.localtime(row.issued_at)
            archive.writestr(ZipInfo(name, issued.timetuple()[:6]), documents.attestation_pdf(row))
            yield sink.taken()
    yield sink.taken()
