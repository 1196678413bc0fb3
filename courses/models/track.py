"""TrackPage (a parcours) and ModulePage."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from courses.blocks.content import LineBlock
from courses.blocks.rules import PrerequisiteBlock
from courses.blocks.streams import StreamBlock
from courses.models.catalogue import ADDRESS, READ_ONLY


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
        StreamBlock([("outcome", LineBlock(label="Acquis"))]),
        verbose_name="ce que l’on saura faire",
        blank=True,
    )
    abilities = StreamField(
        StreamBlock([("ability", LineBlock(label="Capacité"))]),
        verbose_name="capacités imprimées sur l’attestation",
        blank=True,
    )
    sources = StreamField(StreamBlock([("source", LineBlock(label="Source"))]), verbose_name="sources", blank=True)
    informal = models.BooleanField("tutoyer", default=False)
    in_order = models.BooleanField(
        "dans l’ordre",
        default=True,
        help_text="Chaque étape s’ouvre quand les étapes obligatoires qui la précèdent sont terminées.",
    )
    opens_on = models.DateField(
        "ouvre le",
        null=True,
        blank=True,
        help_text="Pour qui le suit sans cohorte : une cohorte a sa date de début, qui l’emporte.",
    )
    opens_after_days = models.PositiveSmallIntegerField(
        "ouvre après (jours)",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Après le début de la cohorte ; sans cohorte, après l’inscription.",
    )
    follows = models.ForeignKey(
        "self",
        # A track that is deleted asks nothing any more.
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="après le parcours",
        help_text="Le parcours à terminer d’abord. La première étape de celui-ci se lit dans tous les cas.",
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
        MultiFieldPanel(
            [
                FieldPanel("audience"),
                FieldPanel("tagline", help_text="La phrase qui donne envie, sur la carte du parcours."),
                FieldPanel("introduction"),
                FieldPanel("informal", help_text="Le site et les messages disent « tu » aux personnes inscrites."),
            ],
            heading="Pour qui, pourquoi",
        ),
        FieldPanel("outcomes", help_text="Des verbes d’action : « réunir des partenaires », « lire un budget »."),
        MultiFieldPanel(
            [
                FieldPanel("hours"),
                FieldPanel("rhythm", help_text="Par exemple : une étape par soir pendant trois semaines."),
                FieldPanel("format", help_text="Ce que l’on fait : lire, répondre, essayer sur le terrain…"),
            ],
            heading="Format",
        ),
        MultiFieldPanel(
            [
                FieldPanel("in_order"),
                FieldRowPanel([FieldPanel("opens_on"), FieldPanel("opens_after_days")]),
                FieldPanel("follows"),
                FieldPanel(
                    "reminder_after_days",
                    heading="Rappel conseillé après (jours)",
                    help_text="Jours sans activité avant un rappel ; 0 pour aucun. Sert une fois, quand le parcours "
                    "est publié : ensuite, ses règles se changent dans Apprenants, Règles de rappel.",
                ),
            ],
            heading="Avancer",
        ),
        MultiFieldPanel(
            [
                FieldPanel("award"),
                FieldPanel("abilities", help_text="Changer ces lignes ne modifie pas les attestations déjà délivrées."),
            ],
            heading="Attestation",
        ),
        FieldPanel("sources", help_text="Les références principales, une par ligne, avec leur année."),
        ADDRESS,
    ]
    promote_panels: list[FieldPanel] = []
    template = "courses/track_page.html"
    admin_default_ordering = "ord"
    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.ModulePage"]
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "parcours"
        verbose_name_plural = "parcours"

    def get_preview_context(self, request, mode_name):
        """The published modules of this track; None before its first publication."""
        from courses.outline import outline_by_pk  # noqa: PLC0415 — the outline reads the models

        return {**super().get_preview_context(request, mode_name), "outline": outline_by_pk(self.pk)}

    def clean(self):
        """Refuse fractions of hours that would not read well on an attestation, and two ways to open."""
        super().clean()
        require_one_opening(self)
        if self.hours is not None and self.hours * 2 % 1:
            raise ValidationError({"hours": "Arrondissez à la demi-heure."})


class ModulePage(Page):
    """A part of a track that can be understood alone, and the rules that open it."""

    class Order(models.TextChoices):
        AS_TRACK = "", "comme le parcours"
        IN_ORDER = "in_order", "dans l’ordre"
        FREE = "free", "libre"

    summary = models.TextField("résumé", max_length=400)
    objectives = StreamField(
        StreamBlock([("objective", LineBlock(label="Objectif"))]), verbose_name="objectifs", blank=True
    )
    required = models.BooleanField(
        "obligatoire", default=True, help_text="Les étapes d’un module facultatif ne comptent pas pour l’attestation."
    )
    order = models.CharField(
        "ordre des étapes",
        max_length=10,
        choices=Order.choices,
        default=Order.AS_TRACK,
        blank=True,
        help_text="Libre : les étapes de ce module s’ouvrent toutes ensemble, dès que le module s’ouvre.",
    )
    opens_on = models.DateField(
        "ouvre le", null=True, blank=True, help_text="Une cohorte peut avoir sa propre date, qui l’emporte."
    )
    opens_after_days = models.PositiveSmallIntegerField(
        "ouvre après (jours)",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Après le début de la cohorte ; sans cohorte, après l’inscription.",
    )
    prerequisites = StreamField(
        StreamBlock([("prerequisite", PrerequisiteBlock())]),
        verbose_name="prérequis",
        blank=True,
        help_text="Ce module s’ouvre quand tout cela est fait, en plus de l’ordre du parcours.",
    )
    taken_alone = models.BooleanField("peut être suivi seul", default=False)
    abilities = StreamField(
        StreamBlock([("ability", LineBlock(label="Capacité"))]),
        verbose_name="capacités imprimées sur l’attestation du module",
        blank=True,
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel(
            "summary", help_text="Ce que l’on y fait, en une ou deux phrases ; se comprend sans les autres modules."
        ),
        FieldPanel("objectives", help_text="Des verbes d’action, trois ou quatre au plus."),
        MultiFieldPanel(
            [
                FieldPanel("required"),
                FieldPanel("order"),
                FieldRowPanel([FieldPanel("opens_on"), FieldPanel("opens_after_days")]),
                FieldPanel("prerequisites"),
            ],
            heading="Avancer",
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "taken_alone",
                    help_text="Pour qui suit ce module à l’intérieur d’une autre formation : après ses étapes "
                    "obligatoires, une attestation de suivi de ce module se demande sur sa page. Les règles qui "
                    "ouvrent le module restent les mêmes.",
                ),
                FieldPanel("abilities", help_text="Changer ces lignes ne modifie pas les attestations déjà délivrées."),
            ],
            heading="Attestation du module",
        ),
        ADDRESS,
    ]
    promote_panels: list[FieldPanel] = []
    template = "courses/module_page.html"
    admin_default_ordering = "ord"
    parent_page_types = ["courses.TrackPage"]
    subpage_types = ["courses.LessonPage", "courses.QuizPage"]
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "module"
        verbose_name_plural = "modules"

    def clean(self):
        """A module has one way to open."""
        super().clean()
        require_one_opening(self)


def require_one_opening(page):
    """A track or a module opens on a day or after a delay, not both."""
    if page.opens_on is not None and page.opens_after_days is not None:
        raise ValidationError({"opens_after_days": "Choisissez une date ou un délai, pas les deux."})
