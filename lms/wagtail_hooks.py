"""Wagtail around the product: what it serves by itself, and the look and the door of its admin."""

from django.http import Http404
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.forms import choosers
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.permissions import policy_registry

from courses.models import CataloguePage, ModulePage, QuizPage, StepPage, TrackPage
from courses.outline import outlines
from learners.access import may_see_quiz_figures
from learners.models import Letter
from learners.pulse import pulse
from lms import inline_scripts
from lms.learning import Learning, enrolments_of
from lms.models import HomePage

inline_scripts.forbid()

# The only label of the editor that Wagtail leaves in English.
for form in (
    choosers.AnchorLinkChooserForm,
    choosers.EmailLinkChooserForm,
    choosers.ExternalLinkChooserForm,
    choosers.PhoneLinkChooserForm,
):
    form.base_fields["link_text"].label = "Texte du lien"


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
    now = timezone.now()
    return {
        one.slug: Learning(outline=one, enrolment=enrolments[one.pk], now=now) for one in every if one.pk in enrolments
    }


@hooks.register("insert_global_admin_css")
def admin_css():
    """The colours of the house."""
    return format_html('<link rel="stylesheet" href="{}">', static("lms/admin/admin.css"))


@hooks.register("insert_global_admin_js", order=0)
def admin_js():
    """What lets the admin live under the site's content security policy, and tells an order that was refused."""
    return format_html(
        '<script src="{}"></script><script src="{}"></script><script src="{}"></script>',
        static("lms/admin/sheets.js"),
        static("lms/admin/start.js"),
        static("lms/admin/reorder.js"),
    )


@hooks.register("construct_help_menu")
def help_in_french(request, menu_items):
    """Wagtail's guide and its news are elsewhere, and in English."""
    menu_items[:] = [item for item in menu_items if item.name == "keyboard-shortcuts-trigger"]


class WhereToBegin(Component):
    """« Par où commencer »: the tracks that this person may edit, and the drafts left behind."""

    name = "begin"
    template_name = "wagtailadmin/home/begin.html"
    order = 50
    DRAFTS = 6

    def get_context_data(self, parent_context):
        """Nothing to show for someone who edits no page."""
        person = parent_context["request"].user
        mine = policy_registry.get_by_type(Page).instances_user_has_permission_for(person, "change")
        return {
            "edits_glossary": person.has_perm("courses.change_glossaryterm"),
            "edits_bank": person.has_perm("courses.change_bankquestion"),
            "catalogue": mine.type(CataloguePage).first(),
            "tracks": mine.type(TrackPage).order_by("path"),
            "drafts": mine.filter(has_unpublished_changes=True).order_by("-latest_revision_created_at")[: self.DRAFTS],
        }


class Departures(Component):
    """« Envois »: whether the clock ticks, and the letters that wait, are late or were given up."""

    name = "departures"
    template_name = "wagtailadmin/home/departures.html"
    order = 60

    def get_context_data(self, parent_context):
        """Nothing to show for someone who reads no letter."""
        reads = policy_registry.get_by_type(Letter).user_has_permission(parent_context["request"].user, "view")
        return {"pulse": pulse(now=timezone.now()) if reads else None}


@hooks.register("construct_homepage_panels")
def home_begins_with_work(request, panels):
    """The first thing that an instructor sees; then what an administrator watches over."""
    panels += [WhereToBegin(), Departures()]


@hooks.register("register_page_header_buttons")
def lead_from_a_quiz_to_its_analysis(page, user, view_name, next_url=None):
    """From the editor of a quiz to what learners make of its questions."""
    if page.specific_class is QuizPage and may_see_quiz_figures(user, page):
        yield Button("Analyse des questions", url=reverse("lms:quiz", args=[page.pk]), icon_name="list-ol", priority=80)
