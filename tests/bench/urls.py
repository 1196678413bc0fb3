"""The addresses of the product, and the floor: the least that a page for somebody signed in can cost."""

from django.http import HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def floor(request):
    """Two queries: the session and the person."""
    return HttpResponse(request.user.email)


urlpatterns = [path("plancher/", floor), *urlpatterns]
