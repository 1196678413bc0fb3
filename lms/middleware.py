"""What surrounds every view: privacy of personal pages, and refusals."""

from django.utils.cache import add_never_cache_headers

from learners.errors import LearnerError
from lms.views.errors import refused


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


class Refusals:
    """Turns what a verb refuses into a page: the only place where that is done."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """The response as it is."""
        return self.get_response(request)

    def process_exception(self, request, exception):
        """The page of a LearnerError; any other exception goes on."""
        if isinstance(exception, LearnerError):
            return refused(request, exception).render()
        return None
