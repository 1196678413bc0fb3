"""StepPage: what a completion points to, whatever its kind."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

from courses.models.catalogue import READ_ONLY


class StepPage(Page):
    """The concrete parent of lessons and quizzes; never created by itself.

    Gives history a typed foreign key and the outline a single query, at the price of one more
    join when a step is read (docs/decisions/0003).
    """

    minutes = models.PositiveSmallIntegerField(
        "durée en minutes", default=15, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    summary = models.CharField("résumé", max_length=200, blank=True)
    required = models.BooleanField(
        "obligatoire", default=True, help_text="Les étapes obligatoires mènent à l’attestation."
    )

    # What the screens call this kind of step; each child declares its own.
    kind = "step"
    kind_label = "étape"

    step_panels = [
        MultiFieldPanel(
            [
                FieldPanel("summary", help_text="Une phrase sous le titre et dans le plan : ce que l’on va y trouver."),
                FieldPanel("minutes", help_text="Pour quelqu’un qui découvre le sujet. La somme s’affiche par module."),
                FieldPanel("required"),
            ],
            heading="L’étape dans le parcours",
        ),
    ]
    promote_panels: list[FieldPanel] = []
    is_creatable = False
    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "étape"
        verbose_name_plural = "étapes"
