"""The admin's side of learners: cohorts, attestations, messages; and what must not be deleted."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views.generic import EditView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from learners import certificates
from learners.models import Attempt, Certificate, Cohort, Completion, Enrolment, Letter


class CohortViewSet(ModelViewSet):
    model = Cohort
    icon = "group"
    menu_label = "Cohortes"
    list_display = ["name", "track", "opens_on", "closes_on"]
    list_filter = ["track"]
    search_fields = ["name"]
    panels = [
        FieldPanel("name"),
        FieldPanel("track"),
        FieldPanel("opens_on"),
        FieldPanel("closes_on"),
        InlinePanel("leads", heading="Responsables", label="responsable"),
    ]
    inspect_view_enabled = True


class RevokeView(EditView):
    """The only change that an attestation knows: its revocation, with an author and a reason."""

    def save_instance(self):
        """Revoke through the verb; facts of the attestation are not in the form."""
        return certificates.revoke(
            Certificate.objects.get(pk=self.object.pk),
            by=self.request.user,
            at=timezone.now(),
            reason=self.form.cleaned_data["revoked_reason"] or "sans motif",
        )


class CertificateViewSet(ModelViewSet):
    model = Certificate
    icon = "success"
    menu_label = "Attestations"
    list_display = [
        Column("code", sort_key="code", label="Code"),
        Column("holder", sort_key="holder", label="Titulaire"),
        Column("track_title", sort_key="track_title", label="Parcours"),
        DateColumn("issued_at", sort_key="issued_at", label="Délivrée"),
        BooleanColumn("revoked_at", label="Révoquée"),
    ]
    search_fields = ["code", "holder", "track_title"]
    list_filter = ["track_title", "cohort_name"]
    ordering = ["-issued_at"]
    form_fields = ["revoked_reason"]
    edit_view_class = RevokeView
    inspect_view_enabled = True
    add_to_reference_index = False


class LetterViewSet(ModelViewSet):
    model = Letter
    icon = "mail"
    menu_label = "Messages"
    list_display = ["address", "kind", "subject", "due_at", "sent_at", "dropped_reason", "last_error"]
    search_fields = ["address", "subject"]
    list_filter = ["kind"]
    ordering = ["-due_at"]
    form_fields = ["address"]
    inspect_view_enabled = True
    inspect_view_fields_exclude = ["html"]
    add_to_reference_index = False


class LearnersGroup(ViewSetGroup):
    menu_label = "Apprenants"
    menu_icon = "user"
    menu_order = 250
    items = (CohortViewSet("cohorts"), CertificateViewSet("certificates"), LetterViewSet("letters"))


@hooks.register("register_admin_viewset")
def register_viewsets():
    """Cohorts, attestations and messages, for those who have the permission."""
    return LearnersGroup()


def carries_history(page):
    """Whether somebody's record points to this page or to one below it."""
    below = Page.objects.descendant_of(page, inclusive=True).values("pk")
    return any(
        rows.exists()
        for rows in (
            Completion.objects.filter(step__in=below),
            Attempt.objects.filter(quiz__in=below),
            Enrolment.objects.filter(track__in=below),
            Cohort.objects.filter(track__in=below),
        )
    )


REFUSAL = (
    "« {} » porte l’historique de personnes qui l’ont suivi : la page ne peut pas être supprimée. "
    "Dépubliez-la : elle disparaît du site, et rien n’est perdu."
)


@hooks.register("before_delete_page")
def refuse_to_delete_history(request, page):
    """A page that carries history is unpublished, never deleted."""
    if carries_history(page):
        messages.error(request, REFUSAL.format(page.get_admin_display_title()))
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None


@hooks.register("before_bulk_action")
def refuse_to_delete_history_in_bulk(request, action_type, objects, action_class_instance):
    """The same for a selection."""
    if action_type == "delete" and objects and isinstance(objects[0], Page):
        for page in objects:
            if carries_history(page):
                messages.error(request, REFUSAL.format(page.get_admin_display_title()))
                return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None
