"""The admin's side of learners: cohorts, attestations, changed marks, messages; and what must not be deleted."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.views.generic import EditView, IndexView, InspectView
from wagtail.admin.views.pages.bulk_actions import MoveBulkAction
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from learners import certificates
from learners.accommodation_views import AccommodationViewSet
from learners.cohort_views import CohortViewSet
from learners.enrolment_views import BULK_ACTIONS, EnrolmentViewSet
from learners.letter_views import LetterViewSet
from learners.models import (
    Accommodation,
    Attempt,
    Certificate,
    Cohort,
    Completion,
    Enrolment,
    Letter,
    Regrade,
    ReminderRule,
    User,
)
from learners.publishing import refuse_moves_in_bulk, refuse_rules_in_bulk
from learners.regrade_views import RegradeViewSet
from learners.reminder_views import ReminderRuleViewSet


class KeptPolicy(ModelPermissionPolicy):
    """Rows that only verbs create, and that nobody deletes, be they administrators."""

    ALLOWED = frozenset({"change", "view"})

    def user_has_permission(self, user, action):
        """What the model's permissions say, within what is allowed at all."""
        return action in self.ALLOWED and super().user_has_permission(user, action)


class ReadOnlyPolicy(KeptPolicy):
    """Rows that the admin only shows."""

    ALLOWED = frozenset({"view"})


class GrantedPolicy(KeptPolicy):
    """Rows that are given and ended, and that nobody deletes."""

    ALLOWED = frozenset({"add", "change", "view"})


register_permission_policy(Accommodation, GrantedPolicy(Accommodation))
register_permission_policy(Certificate, KeptPolicy(Certificate))
register_permission_policy(Enrolment, ReadOnlyPolicy(Enrolment))
register_permission_policy(Letter, ReadOnlyPolicy(Letter))
register_permission_policy(ReminderRule, GrantedPolicy(ReminderRule))
register_permission_policy(Regrade, ReadOnlyPolicy(Regrade))


class RevocationForm(forms.ModelForm):
    """The reason, and nothing of what the attestation says."""

    class Meta:
        model = Certificate
        fields = ["revoked_reason"]
        widgets = {"revoked_reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reason = self.fields["revoked_reason"]
        reason.required = True
        reason.label = "Motif de la révocation"
        reason.help_text = (
            "Gardé avec votre nom et la date. Une révocation ne s’annule pas : la page de vérification "
            "la signale aussitôt."
        )


class RevokeView(EditView):
    """The only change that an attestation knows: its revocation, once, with an author and a reason."""

    page_title = "Révoquer"
    submit_button_label = "Révoquer l’attestation"
    submit_button_active_label = "Révocation…"
    error_message = "L’attestation n’est pas révoquée : il manque le motif."
    success_message = "L’attestation %(object)s est révoquée."

    def dispatch(self, request, *args, **kwargs):
        """A revoked attestation can only be read."""
        self.object = self.get_object()
        if not self.object.is_valid:
            return redirect(self.get_inspect_url())
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        """Whose attestation this is."""
        return f"{self.object.holder} · {self.object.followed}"

    def save_instance(self):
        """Revoke through the verb."""
        revoked = certificates.revoke(
            self.object, by=self.request.user, at=timezone.now(), reason=self.form.cleaned_data["revoked_reason"]
        )
        log(revoked, "learners.revoke", user=self.request.user)
        return revoked

    def get_success_buttons(self):
        """Nothing more to do with it."""
        return []


class CertificateList(IndexView):
    """Leads to the facts, which nobody edits; the revocation is in the menu of each row."""

    def get_edit_url(self, instance):
        """None: the title opens the facts."""

    def get_list_more_buttons(self, instance):
        """Read, or revoke what is not revoked yet."""
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change") and instance.is_valid:
            buttons.append(revoke_button(reverse(self.edit_url_name, args=[instance.pk])))
        return buttons


class ReadCertificateView(InspectView):
    """The facts of an attestation."""

    page_title = "Attestation"

    def get_abilities_display_value(self):
        """One ability per line."""
        return linebreaksbr(self.object.abilities)

    def get_edit_url(self):
        """None: facts are not edited."""

    @property
    def header_more_buttons(self):
        """Its public page, and its revocation."""
        buttons = [Button("Page de vérification", url=self.object.get_absolute_url(), icon_name="view")]
        if self.user_has_permission("change") and self.object.is_valid:
            correction = reverse("lms:correct_certificate", args=[self.object.code])
            buttons.append(Button("Corriger le nom", url=correction, icon_name="edit"))
            buttons.append(revoke_button(reverse(self.edit_url_name, args=[self.object.pk])))
        return buttons


def revoke_button(url):
    """Where an attestation is revoked."""
    return Button("Révoquer", url=url, icon_name="cross", priority=30)


class CertificateViewSet(ModelViewSet):
    model = Certificate
    icon = "success"
    menu_label = "Attestations"
    list_display = [
        "holder",
        "track_title",
        "module_title",
        "cohort_name",
        "code",
        DateColumn("issued_at", sort_key="issued_at", label="Délivrée"),
        DateColumn("revoked_at", sort_key="revoked_at", label="Révoquée"),
    ]
    search_fields = ["code", "holder", "track_title", "module_title"]
    list_filter = ["track_title", "cohort_name"]
    ordering = ["-issued_at"]
    index_view_class = CertificateList
    edit_view_class = RevokeView
    inspect_view_class = ReadCertificateView
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "code",
        "holder",
        "track_title",
        "module_title",
        "version",
        "cohort_name",
        "organisation",
        "award_label",
        "hours",
        "abilities",
        "issued_at",
        "replaces",
        "corrected_by",
        "corrected_reason",
        "revoked_at",
        "revoked_by",
        "revoked_reason",
    ]
    add_to_reference_index = False

    def get_form_class(self, for_update=False):
        """Only the reason is ever typed."""
        return RevocationForm


class LearnersGroup(ViewSetGroup):
    menu_label = "Apprenants"
    menu_icon = "user"
    menu_order = 260
    items = (
        CohortViewSet("cohorts"),
        EnrolmentViewSet("enrolments"),
        AccommodationViewSet("accommodations"),
        CertificateViewSet("certificates"),
        RegradeViewSet("regrades"),
        LetterViewSet("letters"),
        ReminderRuleViewSet("reminder_rules"),
    )


@hooks.register("register_admin_viewset")
def register_viewsets():
    """Cohorts, attestations, changed marks and messages, for those who have the permission."""
    return LearnersGroup()


for bulk_action in BULK_ACTIONS:
    hooks.register("register_bulk_action", bulk_action)


@hooks.register("register_log_actions")
def revocations_are_logged(actions):
    """The history of an attestation tells its revocation."""
    actions.register_action("learners.revoke", "Révoquer", "Attestation révoquée")


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
            Certificate.objects.filter(module__in=below),
        )
    )


def has_history(person):
    """Whether deleting this person would take somebody's record away."""
    return any(
        rows.exists()
        for rows in (
            Enrolment.objects.filter(person=person),
            Letter.objects.filter(person=person),
            Certificate.objects.filter(revoked_by=person),
            Certificate.objects.filter(corrected_by=person),
        )
    )


PAGE_STAYS = (
    "« {} » porte l’historique de personnes qui ont suivi cette page ou une page qu’elle contient : elle ne peut pas "
    "être supprimée. Dépubliez-la : elle disparaît du site, et rien n’est perdu."
)
PERSON_STAYS = (
    "{} a un historique (inscriptions, messages ou décisions) : le compte ne peut pas être supprimé. "
    "Décochez « Actif » pour le fermer."
)


@hooks.register("before_delete_page")
def refuse_to_delete_history(request, page):
    """A page that carries history is unpublished, never deleted."""
    if carries_history(page):
        messages.error(request, PAGE_STAYS.format(page.get_admin_display_title()))
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None


@hooks.register("before_delete_user")
def refuse_to_delete_a_person_with_history(request, person):
    """A person with history is deactivated, or erased by the verb made for it."""
    if has_history(person):
        messages.error(request, PERSON_STAYS.format(person))
        return redirect("wagtailusers_users:edit", person.pk)
    return None


@hooks.register("before_bulk_action")
def refuse_in_bulk(request, action_type, objects, action_class_instance):
    """The same for a selection: one that stays keeps the whole selection."""
    match action_type:
        case "publish":
            return refuse_rules_in_bulk(request, objects)
        case "move" if isinstance(action_class_instance, MoveBulkAction) and objects:
            return refuse_moves_in_bulk(request, objects, action_class_instance.cleaned_form.cleaned_data["chooser"])
        case "delete":
            return refuse_to_delete_history_in_bulk(request, objects)
    return None


def refuse_to_delete_history_in_bulk(request, objects):
    """Pages and people with history keep the whole selection."""
    for chosen in objects:
        if isinstance(chosen, Page) and carries_history(chosen):
            messages.error(request, PAGE_STAYS.format(chosen.get_admin_display_title()))
            return redirect("wagtailadmin_explore", chosen.get_parent().pk)
        if isinstance(chosen, User) and has_history(chosen):
            messages.error(request, PERSON_STAYS.format(chosen))
            return redirect("wagtailusers_users:index")
    return None
