"""Writing to one person of a cohort, from the list of the day; and whether they came back."""

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.outline import outline_by_pk
from learners import contacts
from learners.addresses import failing_of
from learners.messages import LONGEST_SUBJECT, LONGEST_TEXT
from learners.models import Contact, Enrolment
from lms.messaging import replaceable
from lms.views.cohorts import above, led_cohort

PAGE_SIZE = 25


class ContactForm(forms.Form):
    """The words to one person."""

    subject = forms.CharField(label="Objet", max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label="Message",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Votre nom est ajouté à la fin. Le message part de l’adresse du site.",
    )

    def clean_subject(self):
        """Refuse braces that nothing would replace."""
        return replaceable(self.cleaned_data["subject"])

    def clean_text(self):
        """Refuse braces that nothing would replace."""
        return replaceable(self.cleaned_data["text"])


@login_required
@require_safe
def cohort_contacts(request, pk):
    """The contacts of the last month, and who came back."""
    cohort = led_cohort(request, pk)
    found = contacts.outcomes(cohort, now=timezone.now())
    context = {
        "cohort": cohort,
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "shares": contacts.shares(found),
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/cohort/contacted.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request, pk, enrolment_pk):
    """The prepared message to one person, to be read, changed and sent."""
    cohort, now = led_cohort(request, pk), timezone.now()
    rows = Enrolment.objects.active().filter(cohort=cohort, person__is_staff=False, person__is_active=True)
    enrolment = get_object_or_404(rows.select_related("person__failing_address"), pk=enrolment_pk)
    outline = outline_by_pk(cohort.track_id)
    suggestion = contacts.suggestion_for(enrolment, cohort, outline, now=now)
    refused, unreachable = contacts.refuses(enrolment.person), failing_of(enrolment.person)
    context = {
        "cohort": cohort,
        "person": enrolment.person,
        "suggestion": suggestion,
        "outline": outline,
        "refused": refused,
        "unreachable": unreachable,
        "form": None,
        "latest": Contact.objects.filter(enrolment=enrolment).order_by("-contacted_at", "-pk").first(),
        "breadcrumb": above(cohort),
    }
    if refused or unreachable or outline is None:
        return TemplateResponse(request, "lms/cohort/contact.html", context, status=409 if request.POST else 200)
    subject, text = contacts.prepared(suggestion, enrolment, outline, by=request.user, now=now)
    form = context["form"] = ContactForm(request.POST or None, initial={"subject": subject, "text": text})
    if request.method == "POST" and form.is_valid():
        _, written = contacts.write_to(
            enrolment_pk=enrolment.pk, reason=suggestion.reason, by=request.user, at=now, **form.cleaned_data
        )
        if written:
            notices.success(request, f"Message envoyé à {enrolment.person}.")
        else:
            notices.info(request, f"{enrolment.person} a déjà reçu un message aujourd’hui : rien n’est reparti.")
        return redirect(cohort)
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "lms/cohort/contact.html", context, status=status)
