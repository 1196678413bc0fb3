"""The admin's side of cohorts: dates, seats, who leads them, when modules and quizzes open."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.generic import DeleteView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from learners import roles, seats
from learners.models import Cohort, User


class DeleteCohortView(DeleteView):
    """A cohort where somebody is enrolled stays: boards and attestations name it."""

    def run_before_hook(self):
        """Say why, and go back to the cohort."""
        if not self.object.enrolments.exists():
            return None
        messages.error(
            self.request,
            f"La cohorte « {self.object} » a des inscriptions : elle ne peut pas être supprimée. "
            "Donnez-lui une date de fin si elle est terminée.",
        )
        return redirect(reverse(self.edit_url_name, args=[self.object.pk]))


class EditCohortView(EditView):
    """More seats go at once to those who wait."""

    def save_instance(self):
        """Save, then give what is free."""
        cohort = super().save_instance()
        seats.open_up(cohort=cohort, at=timezone.now())
        return cohort


class CohortForm(WagtailAdminModelForm):
    """A cohort and what hangs on it; a module that opens, a session, belong to its track."""

    def is_valid(self):
        """Say it on the line of what belongs elsewhere."""
        valid = super().is_valid()
        track = self.cleaned_data.get("track") if hasattr(self, "cleaned_data") else None
        for formset, name, words in (("openings", "module", "Ce module"), ("sessions", "step", "Cette séance")):
            for line in self.formsets[formset].forms:
                chosen = getattr(line, "cleaned_data", {})
                page = chosen.get(name)
                if track and page and not chosen.get("DELETE") and not page.is_descendant_of(track):
                    line.add_error(name, f"{words} n’est pas du parcours « {track} ».")
                    valid = False
        return valid


class CohortViewSet(ModelViewSet):
    model = Cohort
    icon = "group"
    menu_label = "Cohortes"
    list_display = ["name", "track", "opens_on", "closes_on"]
    list_filter = ["track"]
    search_fields = ["name"]
    ordering = ["-opens_on", "name"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name", help_text="Tel que les personnes inscrites le liront."),
                    FieldPanel("track"),
                    FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
                    FieldRowPanel([FieldPanel("time_zone"), FieldPanel("alsace_moselle")]),
                ],
                heading="La cohorte",
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("seats"), FieldPanel("joined_until")]), FieldPanel("open_to_all")],
                heading="Inscriptions",
            ),
            InlinePanel(
                "leads",
                heading="Responsables",
                label="responsable",
                help_text="Voient le tableau de bord de cette cohorte et de nulle autre. On choisit parmi les "
                f"membres du groupe « {roles.MANAGERS} » (Paramètres, Utilisateurs, onglet Rôles).",
            ),
            InlinePanel(
                "openings",
                heading="Ouverture des modules",
                label="module",
                help_text="Un module sans date ici suit celle que son auteur lui a donnée, ou est ouvert d’emblée.",
                panels=[FieldRowPanel([FieldPanel("module"), FieldPanel("opens_on")])],
            ),
            InlinePanel(
                "sessions",
                heading="Dates des séances",
                label="séance",
                help_text="Les rappels de séance partent d’après ces dates.",
                panels=[FieldRowPanel([FieldPanel("step"), FieldPanel("starts_at")])],
            ),
            InlinePanel(
                "windows",
                heading="Dates des quiz",
                label="quiz",
                help_text="Un quiz sans dates est ouvert tant que l’on suit le parcours.",
                panels=[FieldPanel("quiz"), FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")])],
            ),
        ],
        base_form_class=CohortForm,
    )
    edit_view_class = EditCohortView
    delete_view_class = DeleteCohortView
    copy_view_enabled = False
    add_to_reference_index = False

    def get_form_class(self, for_update=False):
        """Leads are chosen among the managers, not among thousands of learners."""
        form_class = super().get_form_class(for_update)
        managers = Q(groups__name=roles.MANAGERS) | Q(leads__isnull=False)
        form_class.formsets["leads"].form.base_fields["person"].queryset = (
            User.objects.filter(managers).distinct().order_by("last_name", "first_name")
        )
        return form_class
