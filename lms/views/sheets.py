"""One learner: the sheet that their manager reads, and the page that explains their own figure to them."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.outline import outline_by_slug
from learners.explaining import explain
from learners.models import Allowance
from learners.sheet import sheet_of
from lms.learning import learning_of
from lms.views.cohorts import above, led_cohort


@login_required
@require_safe
def learner_sheet(request, pk, enrolment_pk):
    """Everything that leads of a cohort may know of one of its learners; else a 404."""
    cohort = led_cohort(request, pk)
    sheet = sheet_of(cohort, enrolment_pk, now=timezone.now())
    if sheet is None:
        raise Http404
    context = {
        "cohort": cohort,
        "sheet": sheet,
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/learner_sheet.html", context)


@login_required
@require_safe
def my_progress(request, track):
    """The steps behind one's own percentage, and what remains; a 404 for a track that one does not follow."""
    outline = outline_by_slug(track)
    now = timezone.now()
    learning = learning_of(request.user, outline, now=now) if outline else None
    if learning is None or not learning.enrolled:
        raise Http404
    context = {
        "learning": learning,
        "explanation": explain(outline, learning.enrolment, now=now),
        "allowances": Allowance.objects.current().filter(enrolment=learning.enrolment.pk).select_related("page"),
        "breadcrumb": [("Mon espace", reverse("lms:dashboard"))],
    }
    return TemplateResponse(request, "lms/my_progress.html", context)
