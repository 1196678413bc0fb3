"""TrackPage (a parcours) and ModulePage."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from courses.blocks.content import LineBlock
from courses.models.catalogue import READ_ONLY


class TrackPage(Page):
    """One of the four tracks: audience, outcomes, hours, format, and the rules to finish it."""

    class Audience(models.TextChoices):
        YOUTH = "jeunes", "Jeunes"
        CATALYSTS = "catalyseurs", "Catalyseurs"
        PROJECT_LEADS = "chefs-de-projet", "Chefs de projet"
        DECISION_MAKERS = "decideurs", "Décideurs"

    class Award(models.TextChoices):
        FOLLOWED = "suivi", "Attestation de suivi"
        SUCCEEDED = "reussite", "Attestation de réussite du parcours"

    audience = models.CharField("public", max_length=20, choices=Audience.choices)
    tagline = models.CharField("accroche", max_length=160)
    introduction = RichTextField("présentation", features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])
    hours = models.DecimalField(
        "durée en heures",
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(0.5), MaxValueValidator(200)],
        help_text="Temps total honnête, imprimé sur l’attestation.",
    )
    rhythm = models.CharField("rythme", max_length=120, blank=True)
    format = models.TextField("format", max_length=500, blank=True)
    outcomes = StreamField(
        [("outcome", LineBlock(label="acquis"))],
        verbose_name="ce que l’on saura faire",
        blank=True,
    )
    abilities = StreamField(
        [("ability", LineBlock(label="capacité"))],
        verbose_name="capacités imprimées sur l’attestation",
        blank=True,
    )
    sources = StreamField([("source", LineBlock(label="source"))], verbose_name="sources", blank=True)
    informal = models.BooleanField("tutoyer", default=False)
    in_order = models.BooleanField(
        "dans l’ordre",
        default=True,
        help_text="Chaque étape s’ouvre quand les étapes obligatoires qui la précèdent sont terminées.",
    )
    award = models.CharField("attestation", max_length=10, choices=Award.choices, default=Award.FOLLOWED)
    reminder_after_days = models.PositiveSmallIntegerField(
        "relance après (jours)",
        default=10,
        validators=[MaxValueValidator(120)],
        help_text="Jours sans activité avant une relance ; 0 pour ne jamais relancer.",
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("audience"),
        FieldPanel("tagline"),
        FieldPanel("introduction"),
        FieldPanel("outcomes"),
        MultiFieldPanel(
            [FieldPanel("hours"), FieldPanel("rhythm"), FieldPanel("format"), FieldPanel("informal")],
            heading="Format",
        ),
        MultiFieldPanel(
            [FieldPanel("in_order"), FieldPanel("award"), FieldPanel("abilities"), FieldPanel("reminder_after_days")],
            heading="Règles et attestation",
        ),
        FieldPanel("sources"),
    ]
    template = "courses/track_page.html"
    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.ModulePage"]
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "parcours"
        verbose_name_plural = "parcours"

    def clean(self):
        """Refuse half hours that would not read well on an attestation."""
        super().clean()
        if self.hours is not None and self.hours * 2 % 1:
            raise ValidationError({"hours": "Arrondissez à la demi-heure."})


class ModulePage(Page):
    """A part of a track that can be understood alone."""

    summary = models.TextField("résumé", max_length=400)
    objectives = StreamField([("objective", LineBlock(label="objectif"))], verbose_name="objectifs", blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("objectives")]
    template = "courses/module_page.html"
    parent_page_types = ["courses.TrackPage"]
    subpage_types = ["courses.LessonPage", "courses.QuizPage"]
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "module"
        verbose_name_plural = "modules"
