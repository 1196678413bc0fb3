"""Wagtail's serving: what it shows by itself, and what it must leave to lms.views.pages."""

from django.http import Http404
from wagtail import hooks

from courses.models import CataloguePage, ModulePage, StepPage, TrackPage
from courses.outline import outlines
from lms.learning import Learning, enrolments_of
from lms.models import HomePage


@hooks.register("before_serve_page")
def courses_have_one_door(page, request, serve_args, serve_kwargs):
    """Tracks and what they hold are served by lms.views.pages, behind its gate, and nowhere else."""
    if isinstance(page, TrackPage | ModulePage | StepPage):
        raise Http404


@hooks.register("on_serve_page")
def add_outlines(serve):
    """Give the home page and the catalogue the tracks, and where this person stands in them."""

    def wrapped(page, request, args, kwargs):
        response = serve(page, request, args, kwargs)
        if isinstance(page, HomePage | CataloguePage):
            every = outlines()
            response.context_data["outlines"] = every
            response.context_data["learnings"] = learnings_of(request.user, every)
        return response

    return wrapped


def learnings_of(person, every):
    """The Learning of each track in which this person is enrolled, by slug."""
    if not person.is_authenticated:
        return {}
    enrolments = enrolments_of(person)
    return {one.slug: Learning(outline=one, enrolment=enrolments[one.pk]) for one in every if one.pk in enrolments}
