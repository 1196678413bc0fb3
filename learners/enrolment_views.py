"""The admin's list of enrolments, and what is decided for several at once: each with a reason, signed and dated."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django_filters import ChoiceFilter, ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateTimeInput

from courses.models import QuizPage, TrackPage
from courses.typography import jour, pluriel
from learners import allowances, enrolment
from learners.errors import LearnerError
from learners.models import Allowance, Cohort, Enrolment

STATES = [("active", "En cours"), ("finished", "Terminées"), ("withdrawn", "Retirées")]


class EnrolmentFilters(WagtailFilterSet):
    """Narrow the list by track, cohort and state."""

    track = ModelChoiceFilter(label="Parcours", queryset=TrackPage.objects.order_by("title"))
    cohort = ModelChoiceFilter(label="Cohorte", queryset=Cohort.objects.order_by("-opens_on", "name"))
    state = ChoiceFilter(label="État", choices=STATES, method="of_state")

    class Meta:
        model = Enrolment
        fields = ["track", "cohort", "state"]

    def of_state(self, queryset, name, value):
        """Those in that state."""
        if value == "withdrawn":
            return queryset.filter(withdrawn_at__isnull=False)
        return queryset.active().filter(completed_at__isnull=value != "finished")


def state_of(row):
    """The state of an enrolment, in words."""
    if row.withdrawn_at:
        return "Retirée"
    return "Terminée" if row.completed_at else "En cours"


class EnrolmentList(IndexView):
    """Rows that verbs write; the boxes at their left choose those of a bulk action."""

    template_name = "learners/admin/enrolments.html"

    @cached_property
    def columns(self):
        """A box, then the facts."""
        return [BulkActionsCheckboxColumn("bulk_actions", obj_type="enrolment"), *super().columns]

    def _get_title_column(self, *args, **kwargs):
        return super()._get_title_column(*args, **kwargs, get_title_id=lambda row: f"enrolment_{row.pk}_title")

    def get_base_queryset(self):
        """Each enrolment with what its row says."""
        return super().get_base_queryset().select_related("person", "track", "cohort")

    def get_edit_url(self, instance):
        """None: the title opens the facts."""


class ReadEnrolmentView(InspectView):
    """An enrolment in full, with what was changed of it and what was allowed."""

    page_title = "Inscription"
    labels = {"changes": "Changements", "allowances": "Dérogations"}

    def get_field_label(self, field_name, field):
        """The words for what hangs on it."""
        return self.labels.get(field_name) or super().get_field_label(field_name, field)

    def get_edit_url(self):
        """None: facts are not edited."""

    def get_changes_display_value(self):
        """Who changed what, when and why, the last first."""
        rows = self.object.changes.select_related("changed_by")
        return lines(
            f"{jour(timezone.localdate(row.changed_at))} · {row.get_kind_display()} : {row.before or '–'} → "
            f"{row.after or '–'} · {row.changed_by} · {row.reason}"
            for row in rows
        )

    def get_allowances_display_value(self):
        """What was allowed, until when and why."""
        rows = self.object.allowances.select_related("page", "granted_by")
        return lines(
            f"{row.get_kind_display()} : {row.page.title}"
            f"{f' jusqu’au {jour(timezone.localdate(row.until))}' if row.until else ''} · {row.granted_by} · "
            f"{row.comment}{' (terminée)' if row.ended_at else ''}"
            for row in rows
        )


def lines(texts):
    """One line each, or a dash."""
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts)) or "–"


class EnrolmentViewSet(ModelViewSet):
    model = Enrolment
    icon = "list-ul"
    menu_label = "Inscriptions"
    list_display = [
        "person",
        Column("track", label="Parcours", sort_key="track__title"),
        Column("cohort", label="Cohorte", sort_key="cohort__name"),
        "organisation",
        Column("state", label="État", accessor=state_of),
        DateColumn("enrolled_at", sort_key="enrolled_at", label="Inscription"),
        DateColumn("last_activity_at", sort_key="last_activity_at", label="Dernière activité"),
    ]
    search_fields = ["person__email", "person__last_name", "person__first_name", "organisation"]
    filterset_class = EnrolmentFilters
    list_per_page = 50
    ordering = ["-enrolled_at", "-pk"]
    form_fields: list[str] = []
    index_view_class = EnrolmentList
    inspect_view_class = ReadEnrolmentView
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "person",
        "track",
        "cohort",
        "organisation",
        "sector",
        "enrolled_at",
        "last_activity_at",
        "completed_at",
        "withdrawn_at",
        "changes",
        "allowances",
    ]
    add_to_reference_index = False


class ReasonForm(forms.Form):
    """Why; nothing is decided without it."""

    reason = forms.CharField(label="Motif", max_length=240, help_text="Gardé avec votre nom et la date.")


class MoveForm(ReasonForm):
    """Where to, and why."""

    cohort = forms.ModelChoiceField(label="Nouvelle cohorte", queryset=Cohort.objects.order_by("-opens_on", "name"))
    field_order = ["cohort", "reason"]


class ExtendForm(forms.Form):
    """Which quiz stays open, until when, and what its learner reads about it."""

    quiz = forms.ModelChoiceField(label="Quiz", queryset=QuizPage.objects.live().order_by("path"))
    until = forms.DateTimeField(label="Nouvelle clôture", widget=AdminDateTimeInput)
    comment = forms.CharField(label="Motif", max_length=240, help_text="Gardé avec votre nom. La personne le lit.")

    def clean_until(self):
        """A closing that is past closes nothing later."""
        if self.cleaned_data["until"] <= timezone.now():
            raise forms.ValidationError("Choisissez un moment à venir.")
        return self.cleaned_data["until"]


class EnrolmentAction(BulkAction):
    """Something decided for several enrolments. Each on its own: one that is refused keeps no other."""

    models = [Enrolment]
    template_name = "learners/admin/bulk_enrolments.html"
    form_class: type[forms.Form] = ReasonForm
    done = ""

    def dispatch(self, request, *args, **kwargs):
        """For those who may change enrolments; others read no name. The list itself changes nothing."""
        if not request.user.has_perm("learners.change_enrolment"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def get_queryset(cls, model, object_ids):
        """Those chosen, with whom and what they name."""
        pks = [one for one in object_ids if str(one).isdecimal()]
        rows = Enrolment.objects.filter(pk__in=pks).select_related("person", "track", "cohort")
        return rows.order_by("person__last_name", "person__first_name", "pk")

    def get_all_objects_in_listing_query(self, parent_id):
        """Nobody: the list may be filtered, and a bulk action takes only what was ticked."""
        return []

    def form_valid(self, form):
        """Decide one by one; say how many, and who was refused and why."""
        rows, _ = self.get_actionable_objects()
        now, count, refused = timezone.now(), 0, []
        for row in rows:
            try:
                self.decide(row, form.cleaned_data, now)
                count += 1
            except LearnerError as refusal:
                refused.append(f"{row.person} : {refusal}")
        if count:
            messages.success(self.request, f"{count} inscription{pluriel(count)} : {self.done}.")
        for sentence in refused[:10]:
            messages.error(self.request, sentence)
        if refused[10:]:
            messages.error(self.request, f"… et {len(refused) - 10} autres refus.")
        return redirect(self.next_url)

    def decide(self, row, asked, at):
        """Call the verb."""
        raise NotImplementedError


class MoveAction(EnrolmentAction):
    """To another cohort of the same track."""

    display_name = "Changer de cohorte"
    action_type = "move"
    aria_label = "Changer de cohorte les inscriptions choisies"
    action_priority = 10
    form_class = MoveForm
    done = "cohorte changée"

    def decide(self, row, asked, at):
        """Move."""
        enrolment.move(enrolment=row, cohort=asked["cohort"], reason=asked["reason"], by=self.request.user, at=at)


class ExtendAction(EnrolmentAction):
    """A quiz stays open longer for them."""

    display_name = "Repousser la clôture d’un quiz"
    action_type = "extend"
    aria_label = "Repousser la clôture d’un quiz pour les inscriptions choisies"
    action_priority = 20
    form_class = ExtendForm
    done = "clôture repoussée"

    def decide(self, row, asked, at):
        """Grant, for a quiz of the track that they follow."""
        if not asked["quiz"].is_descendant_of(row.track):
            raise LearnerError(f"Le quiz « {asked['quiz']} » n’est pas du parcours « {row.track} ».")
        allowances.grant(
            enrolment=row,
            page=asked["quiz"],
            kind=Allowance.Kind.EXTEND,
            until=asked["until"],
            comment=asked["comment"],
            by=self.request.user,
            at=at,
        )


class WithdrawAction(EnrolmentAction):
    """Archived; nothing is erased."""

    display_name = "Retirer"
    action_type = "withdraw"
    aria_label = "Retirer les inscriptions choisies"
    action_priority = 30
    done = "retrait enregistré"

    def decide(self, row, asked, at):
        """Withdraw."""
        enrolment.withdraw_by(enrolment=row, reason=asked["reason"], by=self.request.user, at=at)


class RestoreAction(EnrolmentAction):
    """Back to where they were."""

    display_name = "Faire revenir"
    action_type = "restore"
    aria_label = "Faire revenir les inscriptions choisies"
    action_priority = 40
    done = "retour enregistré"

    def decide(self, row, asked, at):
        """Restore."""
        enrolment.restore_by(enrolment=row, reason=asked["reason"], by=self.request.user, at=at)


BULK_ACTIONS = [MoveAction, ExtendAction, WithdrawAction, RestoreAction]
