"""The editor's side of courses: the glossary, the question bank, and the lists of tracks, modules and steps."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django_filters import ModelMultipleChoiceFilter
from taggit.models import Tag
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, LiveStatusTagColumn, NumberColumn, UpdatedAtColumn
from wagtail.admin.views.pages.listing import PageListingMixin
from wagtail.admin.views.pages.ordering import SetPagePositionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses import desk
from courses.models import BankQuestion, GlossaryTerm, ModulePage, QuizPage, StepPage, TrackPage


class GlossaryTermViewSet(SnippetViewSet):
    model = GlossaryTerm
    icon = "openquote"
    add_to_admin_menu = True
    menu_label = "Glossaire"
    menu_name = "glossaire"
    menu_order = 250
    admin_url_namespace = "glossary"
    base_url_path = "glossaire"
    list_display = ["term", Column("definition", label="Définition"), LiveStatusTagColumn(), UpdatedAtColumn()]
    list_per_page = 50
    copy_view_enabled = False


register_snippet(GlossaryTermViewSet)


class BankFilters(WagtailFilterSet):
    """Narrow the bank by track, difficulty and theme."""

    tags = ModelMultipleChoiceFilter(
        field_name="tags",
        label="Étiquettes",
        queryset=Tag.objects.filter(courses_bankquestiontag_items__isnull=False).distinct(),
    )

    class Meta:
        model = BankQuestion
        fields = ["track", "difficulty", "live"]


class BankViewSet(SnippetViewSet):
    """Where each question is used is told by Wagtail's own index, from the editor and before a deletion."""

    model = BankQuestion
    icon = "folder-open-1"
    menu_label = "Questions"
    menu_name = "bank"
    menu_order = 255
    copy_view_enabled = False
    add_to_admin_menu = True
    list_display = [
        "title",
        Column("kind_label", label="Type"),
        Column("themes", label="Étiquettes"),
        Column("track", label="Parcours", sort_key="track"),
        Column("get_difficulty_display", label="Difficulté", sort_key="difficulty"),
        LiveStatusTagColumn(),
        UpdatedAtColumn(),
    ]
    filterset_class = BankFilters
    list_per_page = 50
    index_view_class = desk.BankIndexView

    def get_index_view_kwargs(self, **kwargs):
        """The list knows the doors to other platforms."""
        doors = {f"{name}_url_name": self.get_url_name(name) for name in ("import", "export")}
        return super().get_index_view_kwargs(**doors, **kwargs)

    @property
    def import_view(self):
        """Where questions come in."""
        return self.construct_view(desk.ImportView)

    @property
    def export_view(self):
        """Where the questions of the list, or of a quiz, go out."""
        return self.construct_view(desk.ExportView, listed=self.listed)

    def listed(self, request):
        """The questions of the list, filtered and searched as this request says."""
        view = self.index_view.view_class(**self.index_view.view_initkwargs)
        view.setup(request)
        return view.get_queryset()

    def get_urlpatterns(self):
        """Wagtail's own addresses, and ours."""
        ours = [path("import/", self.import_view, name="import"), path("export/", self.export_view, name="export")]
        return [*super().get_urlpatterns(), *ours]


@hooks.register("register_page_header_buttons")
def export_button(page, user, view_name, next_url=None):
    """« Exporter les questions » in the menu of a quiz, for those who may edit it."""
    if isinstance(page, QuizPage) and page.permissions_for_user(user).can_edit():
        url = f"{reverse(BankQuestion.snippet_viewset.get_url_name('export'))}?quiz={page.pk}"
        yield Button("Exporter les questions", url=url, icon_name="download", priority=70)


register_snippet(BankViewSet)


COMMON = {column.name: column for column in PageListingMixin.base_columns}


def columns(*own):
    """The columns of a list of pages: title, what this kind of page has of its own, date, state."""
    return [COMMON["bulk_actions"], COMMON["title"], *own, COMMON["latest_revision_created_at"], COMMON["status"]]


class SetPositionView(SetPagePositionView):
    """Asks the hooks « before_reorder_page » before a page changes place; Wagtail asks nobody."""

    def post(self, request, page_to_move_id, *args, **kwargs):
        """Reorder, unless a hook answers something else."""
        page = get_object_or_404(Page, pk=page_to_move_id)
        reorder = partial(super().post, request, page_to_move_id)
        for ask in hooks.get_hooks("before_reorder_page"):
            refusal = ask(request, page, reorder)
            if refusal is not None:
                return refusal
        return reorder()


class TrackPages(PageViewSet):
    """The list under the catalogue."""

    model = TrackPage
    columns = columns(
        Column("get_audience_display", label="Public", width="12%"),
        NumberColumn("hours", label="Heures", width="8%"),
        NumberColumn("numchild", label="Modules", width="8%"),
    )


class ModulePages(PageViewSet):
    """The list under a track."""

    model = ModulePage
    set_page_position_view_class = SetPositionView
    columns = columns(NumberColumn("numchild", label="Étapes", width="8%"))


class StepPages(PageViewSet):
    """The list under a module: lessons and quizzes, in the order of the learners."""

    model = StepPage
    set_page_position_view_class = SetPositionView
    parent_models = [ModulePage]
    columns = columns(
        Column("kind_label", label="Type", width="8%"),
        NumberColumn("minutes", label="Minutes", width="8%"),
        BooleanColumn("required", label="Obligatoire", width="10%"),
    )


@hooks.register("register_admin_viewset")
def register_page_lists():
    """What the explorer shows under the catalogue, a track and a module."""
    return [TrackPages(), ModulePages(), StepPages()]
