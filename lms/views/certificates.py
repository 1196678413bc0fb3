"""The public check of an attestation, and its document."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from learners import badges, certificates, documents, seals
from learners.access import may_correct
from learners.errors import NotToCorrect
from lms.code_tries import ATTESTATIONS, count_wrong, require_tries_left
from lms.forms import printable

LAST_LIST = 10_000  # more attestations than anybody will ever issue


@require_safe
def check(request, code):
    """Tells anyone who has the code whether the attestation is genuine, replaced or revoked."""
    certificate = sought(request, code)
    if certificate is None:
        return unknown(request, code)
    context = {
        "certificate": certificate,
        "issued_on": timezone.localdate(certificate.issued_at),
        "abilities_heading": documents.ABILITIES[certificate.award],
        "is_mine": certificate.enrolment.person_id == request.user.pk,
        "replacement": certificate.replacement if certificate.is_replaced else None,
        "may_correct": certificate.is_valid and may_correct(request.user, certificate),
        "pdf_url": reverse("lms:certificate_pdf", args=[certificate.code]) if certificate.is_valid else "",
    }
    return private(TemplateResponse(request, "lms/certificate.html", context))


@require_safe
def pdf(request, code):
    """The document, rendered again from the frozen facts; gone when the attestation is revoked or replaced."""
    certificate = sought(request, code)
    if certificate is None:
        return unknown(request, code)
    if not certificate.is_valid:
        return gone(request, certificate)
    response = HttpResponse(documents.attestation_pdf(certificate), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="attestation-{certificate.code}.pdf"'
    return private(response)


@require_safe
def badge(request, code):
    """The same facts as an Open Badge 3.0, for wallets; gone when the attestation is revoked or replaced."""
    certificate = sought(request, code)
    if certificate is None or not certificate.is_valid:
        refusal = {"erreur": "Aucune attestation en vigueur ne porte ce code."}
        return private(JsonResponse(refusal, status=410 if certificate else 404))
    response = JsonResponse(badges.credential(certificate), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'inline; filename="attestation-{certificate.code}.json"'
    return private(for_any_site(response))


@require_safe
def badge_statuses(request, number):
    """Which badges no longer hold, by their place in a list: it names nobody."""
    if number > LAST_LIST:
        raise Http404
    response = for_any_site(JsonResponse(badges.status_list(number, now=timezone.now())))
    response["Cache-Control"] = "public, max-age=300"
    return response


def for_any_site(response):
    """Verifiers are pages of other sites, which read this without any cookie."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def gone(request, certificate):
    """What was attested no longer is: the page of verification says since when, or where to go on."""
    replaced = certificate.is_replaced
    context = {
        "title": f"Cette attestation a été {'remplacée' if replaced else 'révoquée'}",
        "message": (
            "Le nom y était mal écrit. La page de vérification mène à l’attestation qui la remplace."
            if replaced
            else "Le document n’est plus délivré. La page de vérification en donne la date."
        ),
        "link_url": certificate.get_absolute_url(),
        "link_text": "Voir la page de vérification",
        "status": 410,
    }
    return private(TemplateResponse(request, "lms/refused.html", context, status=410))


class CorrectionForm(forms.Form):
    """How the name should have been written, and who said so."""

    holder = forms.CharField(label="Nom à imprimer", max_length=170, help_text="Prénom et nom, comme ils seront lus.")
    reason = forms.CharField(
        label="Motif",
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Gardé avec votre nom et la date. Il n’est pas public.",
    )

    def clean_holder(self):
        """Refuse what an attestation could not print."""
        return printable(self.cleaned_data["holder"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, code):
    """Replace an attestation whose name was misspelt; for who leads its cohort, else a 404."""
    certificate = certificates.find(code)
    if certificate is None or not may_correct(request.user, certificate):
        raise Http404
    form = CorrectionForm(request.POST or None, initial={"holder": str(certificate.enrolment.person)})
    if request.method == "POST" and form.is_valid():
        after = certificates.correct(certificate, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Nouvelle attestation délivrée. Un message la porte à la personne.")
        return redirect(after.get_absolute_url())
    if not certificate.is_valid:
        raise NotToCorrect
    context = {"certificate": certificate, "form": form}
    return private(
        TemplateResponse(request, "lms/correct_certificate.html", context, status=422 if form.errors else 200)
    )


@require_safe
def seal(request):
    """The certificates of the seal that documents bear, for readers of PDF that do not know it."""
    return HttpResponse(
        seals.seal().pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": 'attachment; filename="cachet.pem"'},
    )


def sought(request, code):
    """The attestation with this code, or None. Raises TooManyCodes after too many that nobody has.

    Only those count, and only those are refused: a code is too long to be found by trying, and one who checks a true
    attestation must not pay for the neighbours of their address.
    """
    certificate = certificates.find(code)
    if certificate is None:
        require_tries_left(request, ATTESTATIONS)
        count_wrong(request, ATTESTATIONS)
    return certificate


def unknown(request, code):
    """No attestation bears this code."""
    return TemplateResponse(request, "lms/certificate_unknown.html", {"code": code[:40]}, status=404)


def private(response):
    """A name is on it: neither indexed nor kept by anyone on the way."""
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
