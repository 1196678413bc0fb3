"""The admin's list of changed marks: each change with its author, its reason and what it did. Read only."""

from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.utils.html import format_html, format_html_join
from django_filters import DateFromToRangeFilter, ModelChoiceFilter
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from courses.models import QuizPage
from courses.typography import pluriel
from learners.models import Regrade, User


class RegradeFilters(WagtailFilterSet):
    """Narrow the list by date, quiz and author."""

    at = DateFromToRangeFilter(label="Date", widget=DateRangePickerWidget)
    quiz = ModelChoiceFilter(
        field_name="answer__attempt__quiz",
        label="Quiz",
        queryset=QuizPage.objects.filter(pk__in=Regrade.objects.values("answer__attempt__quiz")),
    )
    by = ModelChoiceFilter(label="Par", queryset=User.objects.filter(pk__in=Regrade.objects.values("by")))

    class Meta:
        model = Regrade
        fields = ["at", "quiz", "by"]


class RegradeList(IndexView):
    """One line per change, the latest first, however many marks it changed."""

    def get_base_queryset(self):
        """Each change with its figures."""
        return Regrade.objects.one_per_change().select_related("by")


class ReadRegradeView(InspectView):
    """A change in full. Who gained or lost a pass is named to administrators; readers know no learner."""

    page_title = "Note modifiée"
    labels = {"quiz_title": "Quiz", "answers": "Réponses", "gained": "Réussites gagnées", "lost": "Réussites perdues"}

    def get_object(self, queryset=None):
        """The change with its figures."""
        return get_object_or_404(Regrade.objects.one_per_change().select_related("by"), pk=self.pk)

    def get_page_subtitle(self):
        """Which quiz this is about."""
        return self.object.quiz_title

    def get_field_label(self, field_name, field):
        """The words of the list for what is counted."""
        return self.labels.get(field_name) or super().get_field_label(field_name, field)

    def get_answers_display_value(self):
        """How the points of each question changed, and in how many answers."""
        found = self.rows().order_by("answer__asked", "before", "after").values_list("answer__asked", "before", "after")
        lines = [
            (asked, f"{before:g}".replace(".", ","), f"{after:g}".replace(".", ","), count, pluriel(count))
            for asked, before, after, count in found.annotate(Count("pk"))
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {} → {} ({} réponse{})</li>", lines))

    def get_gained_display_value(self):
        """Those who pass now."""
        return self.people(self.rows().gaining(), self.object.gained)

    def get_lost_display_value(self):
        """Those whose mark no longer passes; what they had done stays done."""
        return self.people(self.rows().losing(), self.object.lost)

    def rows(self):
        """The marks that changed together."""
        return Regrade.objects.changed_with(self.object)

    def people(self, rows, count):
        """Their number, and their names for administrators."""
        if not (count and self.request.user.is_superuser):
            return count
        people = User.objects.filter(enrolments__attempts__answers__regrades__in=rows).distinct()
        return f"{count} : {', '.join(map(str, people.order_by('last_name', 'first_name')))}"


class RegradeViewSet(ModelViewSet):
    model = Regrade
    icon = "history"
    menu_label = "Notes modifiées"
    list_display = [
        TitleColumn("quiz_title", label="Quiz", sort_key="quiz_title", url_name="regrades:inspect"),
        DateColumn("at", label="Date", sort_key="at"),
        Column("by", label="Par", sort_key="by__last_name"),
        Column("why", label="Motif"),
        NumberColumn("answer_count", label="Notes modifiées", sort_key="answer_count"),
        NumberColumn("gained", label="Réussites gagnées", sort_key="gained"),
        NumberColumn("lost", label="Réussites perdues", sort_key="lost"),
    ]
    search_fields = ["answer__attempt__quiz__title", "why", "by__first_name", "by__last_name", "by__email"]
    filterset_class = RegradeFilters
    list_per_page = 50
    ordering = ["-at", "-pk"]
    form_fields: list[str] = []
    index_view_class = RegradeList
    inspect_view_class = ReadRegradeView
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = ["at", "by", "quiz_title", "why", "answers", "gained", "lost"]
    add_to_reference_index = False
