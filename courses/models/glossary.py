"""GlossaryTerm: one definition, shown in lessons and on the glossary page."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.text import slugify
from wagtail.admin.panels import FieldPanel
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.search import index


class GlossaryTerm(DraftStateMixin, RevisionMixin, index.Indexed, models.Model):
    """A word of the subject and what we mean by it."""

    term = models.CharField("terme", max_length=80)
    definition = models.TextField("définition", max_length=500)

    panels = [
        FieldPanel("term", help_text="Le mot ou l’expression, comme en tête d’une entrée de dictionnaire."),
        FieldPanel(
            "definition", help_text="Une ou deux phrases que comprend une personne qui ne connaît pas le sujet."
        ),
    ]
    search_fields = [index.SearchField("term"), index.AutocompleteField("term"), index.SearchField("definition")]

    class Meta:
        verbose_name = "terme du glossaire"
        verbose_name_plural = "termes du glossaire"
        ordering = [Lower("term")]
        constraints = [
            models.UniqueConstraint(
                Lower("term"), name="glossary_term_once", violation_error_message="Ce terme est déjà dans le glossaire."
            ),
        ]

    def __str__(self):
        return self.term

    @property
    def anchor(self):
        """The fragment of this term on the glossary page."""
        return slugify(self.term)
