"""The admin's side of reminders: the rules of tracks, and those that a cohort has instead."""

from django import forms
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from learners import rule_book, rules
from learners.errors import UnfitMessage
from learners.models import ReminderRule


class RuleForm(WagtailAdminModelForm):
    """A rule; its words are checked before it is kept."""

    on = forms.BooleanField(label="En service", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.instance.on
        if self.instance.pk is None:
            self.fields["on"].help_text = "Essayez-la d’abord sur la page d’une cohorte : Rappels, Essayer."

    def clean(self):
        """A cohort belongs to the track; braces hold what will be replaced."""
        facts = super().clean() or self.cleaned_data
        cohort, track = facts.get("cohort"), facts.get("track")
        if cohort and track and cohort.track_id != track.pk:
            self.add_error("cohort", f"Cette cohorte ne suit pas le parcours « {track} ».")
        try:
            rule_book.fit(facts.get("kind"), facts.get("subject", ""), facts.get("text", ""))
        except UnfitMessage as refusal:
            self.add_error("text", str(refusal))
        return facts

    @property
    def chosen(self):
        """The fields of the row."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"on", "cohort"}}


def kept(form):
    """Keep the rule of a form through the verb: switched on or off at this moment if that changed."""
    rule, facts = form.instance, form.cleaned_data
    rule.cohort = facts["cohort"]
    return rule_book.keep(rule=rule, cohort=None, on=facts["on"], at=timezone.now(), **form.chosen)


class AddRuleView(CreateView):
    def save_instance(self):
        """A new rule."""
        return kept(self.form)


class EditRuleView(EditView):
    def save_instance(self):
        """The rule as it is now."""
        return kept(self.form)


class ReminderRuleViewSet(ModelViewSet):
    """Rules are switched off, never deleted: their letters say which one wrote them."""

    model = ReminderRule
    icon = "calendar-alt"
    menu_label = "Règles de rappel"
    list_display = [
        TitleColumn("kind", label="Règle", accessor=rules.summary, url_name="reminder_rules:edit"),
        "track",
        "cohort",
        "times",
        "place",
        "on_since",
    ]
    list_filter = ["track", "kind"]
    ordering = ["track", "place"]
    add_view_class = AddRuleView
    edit_view_class = EditRuleView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("track"), FieldPanel("cohort")]), FieldPanel("on")], heading="Où"
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("delay")]),
                    FieldRowPanel([FieldPanel("times"), FieldPanel("every")]),
                    FieldPanel("place"),
                ],
                heading="Quand",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("subject"),
                    FieldPanel(
                        "text",
                        help_text=f"Une ligne vide sépare deux paragraphes. {', '.join(rules.PLACES)} sont remplacés "
                        "pour chaque personne ; {jours} pour un silence, {séance} et {date} pour une séance, "
                        "{cohorte} et {date} pour une clôture.",
                    ),
                ],
                heading="Ses mots",
            ),
        ],
        base_form_class=RuleForm,
    )
    copy_view_enabled = False
    inspect_view_enabled = False
    add_to_reference_index = False
