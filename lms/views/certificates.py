"""The public check of an attestation, and its document."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from learners import certificates, documents, seals


@require_safe
def check(request, code):
    """Tells anyone who has the code whether the attestation is genuine or revoked."""
    certificate = certificates.find(code)
    if certificate is None:
        return unknown(request, code)
    context = {
        "certificate": certificate,
        "issued_on": timezone.localdate(certificate.issued_at),
        "is_mine": certificate.enrolment.person_id == request.user.pk,
        "pdf_url": "" if certificate.revoked_at else reverse("lms:certificate_pdf", args=[certificate.code]),
    }
    return private(TemplateResponse(request, "lms/certificate.html", context))


@require_safe
def pdf(request, code):
    """The document, rendered again from the frozen facts; gone when the attestation is revoked."""
    certificate = certificates.find(code)
    if certificate is None:
        return unknown(request, code)
    if certificate.revoked_at:
        context = {
            "title": "Cette attestation a été révoquée",
            "message": "Le document n’est plus délivré. La page de vérification en donne la date.",
            "link_url": certificate.get_absolute_url(),
            "link_text": "Voir la page de vérification",
            "status": 410,
        }
        return private(TemplateResponse(request, "lms/refused.html", context, status=410))
    response = HttpResponse(documents.attestation_pdf(certificate), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="attestation-{certificate.code}.pdf"'
    return private(response)


@require_safe
def seal(request):
    """The certificates of the seal that documents bear, for readers of PDF that do not know it."""
    return HttpResponse(
        seals.seal().pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": 'attachment; filename="cachet.pem"'},
    )


def unknown(request, code):
    """No attestation bears this code."""
    return TemplateResponse(request, "lms/certificate_unknown.html", {"code": code[:40]}, status=404)


def private(response):
    """A name is on it: neither indexed nor kept by anyone on the way."""
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
