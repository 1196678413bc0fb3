"""Coming back to a quiz after having been signed out in the middle of it."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from courses.outline import outline_by_pk
from lms.answering import forget_waiting, waiting
from lms.views.learning import keep, own_attempt, step_page


@require_http_methods(["GET", "HEAD", "POST"])
def returning(request, pk):
    """« Vos réponses ont été gardées »: the button saves what waits in the session; reading changes nothing."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    answers = waiting(request, pk)
    try:
        attempt = own_attempt(request, pk)
    except Http404:
        forget_waiting(request)  # somebody else signed in: these answers are not theirs
        raise
    if request.method == "POST" and answers is not None:
        response = keep(request, pk, answers)
        forget_waiting(request)
        return response
    outline = outline_by_pk(attempt.enrolment.track_id)
    context = {
        "attempt": attempt,
        "answers": answers is not None,
        "informal": bool(outline and outline.informal),
        "quiz_url": step_page(attempt.quiz_id),
    }
    return TemplateResponse(request, "lms/returning.html", context)
