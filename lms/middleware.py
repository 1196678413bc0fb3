"""What surrounds every view: privacy of personal pages, the door of the admin, and refusals."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from learners.errors import LearnerError
from lms.answering import told_refusal, wants_json
from lms.views.errors import refused, status_of


class PrivatePages:
    """A page made for somebody is never kept by a proxy or shown to the next person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """The response, kept from caches when it was made for somebody."""
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class StaffOnly:
    """The admin is for those who write. Wagtail would ask others who are signed in to sign in, again and again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """The page asked for, or the one that says who may ask for it."""
        person = request.user
        if request.path.startswith(reverse("wagtailadmin_home")) and person.is_authenticated and not person.edits:
            return render(request, "lms/staff_only.html", status=403)
        return self.get_response(request)


class Refusals:
    """Turns what a verb refuses into a page: the only place where that is done."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """The response as it is."""
        return self.get_response(request)

    def process_exception(self, request, exception):
        """The page of a LearnerError, or the same for a script; any other exception goes on."""
        if not isinstance(exception, LearnerError):
            return None
        if wants_json(request):
            return told_refusal(request, status_of(exception), error=str(exception))
        return refused(request, exception).render()
