"""The glossary: every word of the subject, on one page."""

from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses.models import GlossaryTerm
from courses.typography import folded


@require_safe
def glossary(request):
    """Published terms in French alphabetical order, accents aside."""
    terms = sorted(GlossaryTerm.objects.filter(live=True), key=lambda term: folded(term.term))
    letters = sorted({folded(term.term)[0].upper() for term in terms})
    return TemplateResponse(request, "lms/glossary.html", {"terms": terms, "letters": letters})
