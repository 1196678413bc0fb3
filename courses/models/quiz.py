"""QuizPage: a step to answer, and the frozen versions of it that attempts are pinned to."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from courses import reveal
from courses.blocks.quiz import QuizBlocks
from courses.blocks.streams import StreamBlock
from courses.models.catalogue import ADDRESS
from courses.models.step import StepPage
from courses.quizzes import Quiz


class RevealField(models.JSONField):
    """A list of the kinds of information that are shown at one moment; boxes to tick in the editor."""

    def formfield(self, **kwargs):
        """One box per kind."""
        return forms.MultipleChoiceField(
            choices=reveal.KIND_LABELS,
            required=False,
            label=kwargs.get("label") or self.verbose_name.capitalize(),
            widget=forms.CheckboxSelectMultiple,
        )

    def validate(self, value, model_instance):
        """Refuse what no box stands for."""
        super().validate(value, model_instance)
        if not isinstance(value, list) or not set(value) <= reveal.EVERYTHING:
            raise ValidationError("Choix inconnu.")


class BandBlock(blocks.StructBlock):
    percent = blocks.IntegerBlock(label="À partir de (%)", min_value=0, max_value=100)
    text = blocks.RichTextBlock(label="Commentaire", features=["bold", "italic", "ol", "ul", "link"])

    class Meta:
        icon = "comment"
        label = "Palier"


class QuizPage(StepPage):
    """A quiz is done when an attempt passes, or when one is sent where that is the rule or there is no pass mark."""

    class Completion(models.TextChoices):
        PASSED = "passed", "réussi, s’il a un seuil ; sinon rendu"
        HANDED_IN = "handed_in", "rendu, quel que soit le score"

    class Behaviour(models.TextChoices):
        ASSESSED = "assessed", "évaluation"
        FORMATIVE = "formative", "entraînement"

    class Counts(models.TextChoices):
        BEST = "best", "la meilleure"
        LAST = "last", "la dernière"
        FIRST = "first", "la première"
        AVERAGE = "average", "la moyenne de toutes"

    introduction = models.TextField("introduction", max_length=600, blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        "seuil de réussite (%)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Laisser vide pour un quiz sans note à atteindre.",
    )
    completion = models.CharField(
        "terminé quand il est", max_length=10, choices=Completion.choices, default=Completion.PASSED
    )
    max_attempts = models.PositiveSmallIntegerField(
        "nombre de tentatives",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Laisser vide pour ne pas limiter.",
    )
    certainty = models.BooleanField(
        "demander le degré de certitude",
        default=False,
        help_text="Faible, moyen ou élevé : une réponse juste rapporte 1, 2 ou 3 fois ses points, "
        "une réponse fausse en coûte 0, 2 ou 6 fois. Le total d’un quiz ne descend jamais sous zéro.",
    )
    shuffle_questions = models.BooleanField("mélanger les questions", default=False)
    shuffle_choices = models.BooleanField(
        "mélanger les réponses proposées",
        default=False,
        help_text="À chaque tentative son ordre, le même sur tous les appareils.",
    )
    behaviour = models.CharField(
        "comportement",
        max_length=10,
        choices=Behaviour,
        default=Behaviour.ASSESSED,
        help_text="Évaluation : les réponses sont expliquées après l’envoi. Entraînement : chaque question se vérifie "
        "aussitôt, avec des indices et d’autres essais.",
    )
    penalty = models.PositiveSmallIntegerField(
        "coût d’un essai manqué (%)",
        default=33,
        validators=[MaxValueValidator(100)],
        help_text="Entraînement : ce que chaque essai manqué retire aux points de la question.",
    )
    delay_minutes = models.PositiveIntegerField(
        "délai entre deux tentatives (minutes)",
        null=True,
        blank=True,
        help_text="1440 pour un jour. Laisser vide pour recommencer aussitôt.",
    )
    counts = models.CharField(
        "tentative qui compte",
        max_length=10,
        choices=Counts,
        default=Counts.BEST,
        help_text="Dit aux apprenants avant de commencer.",
    )
    time_limit = models.PositiveSmallIntegerField(
        "temps limité (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Laisser vide sauf raison forte : le temps limité exclut. Les aménagements de chaque personne "
        "s’ajoutent. À la fin du temps, ce qui est enregistré est noté.",
    )
    reveal_custom = models.BooleanField(
        "choisir ce qui est montré, et quand",
        default=False,
        help_text="Sinon : tout après l’envoi, et question par question dans un entraînement.",
    )
    reveal_during = RevealField("pendant la tentative", default=list, blank=True)
    reveal_after = RevealField("dans l’heure qui suit l’envoi", default=list, blank=True)
    reveal_later = RevealField("plus tard", default=list, blank=True)
    reveal_closed = RevealField("après la date de clôture de la cohorte", default=list, blank=True)
    bands = StreamField(
        StreamBlock([("band", BandBlock())]),
        blank=True,
        verbose_name="commentaires selon le score",
        help_text="Celui du palier le plus haut atteint est montré avec le score.",
    )
    questions = StreamField(QuizBlocks(), verbose_name="questions")

    kind = "quiz"
    kind_label = "quiz"

    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        MultiFieldPanel(
            [
                FieldPanel("introduction", help_text="Une ou deux phrases avant les questions."),
                FieldPanel("behaviour"),
                FieldPanel("penalty"),
                FieldPanel("certainty"),
            ],
            heading="Avant de commencer",
        ),
        FieldPanel(
            "questions",
            help_text="Un brouillon s’enregistre même incomplet ; la publication vérifie que chaque question a "
            "sa bonne réponse et son explication. Les quiz déjà commencés gardent les questions qu’ils avaient.",
        ),
        MultiFieldPanel(
            [
                FieldPanel("pass_mark"),
                FieldPanel("completion"),
                FieldPanel("max_attempts"),
                FieldPanel("delay_minutes"),
                FieldPanel("counts"),
            ],
            heading="Réussite et tentatives",
        ),
        MultiFieldPanel(
            [FieldPanel("time_limit"), FieldPanel("shuffle_questions"), FieldPanel("shuffle_choices")],
            heading="Temps et ordre",
        ),
        MultiFieldPanel(
            [
                FieldPanel("reveal_custom"),
                *(FieldPanel(f"reveal_{moment}") for moment in reveal.MOMENTS),
                FieldPanel("bands"),
            ],
            heading="Ce qui est montré, et quand",
            classname="collapsed",
        ),
        ADDRESS,
    ]
    template = "courses/quiz_page.html"
    parent_page_types = ["courses.ModulePage"]

    @property
    def question_count(self):
        """How many questions an attempt meets, without loading any of them."""
        return sum(
            block["value"]["count"] if block["type"] == "draw" else 1 for block in self.questions.raw_data if block
        )

    def revealed(self, moment):
        """The kinds of information that are shown at that moment (see courses.reveal)."""
        if self.reveal_custom:
            return frozenset(getattr(self, f"reveal_{moment}"))
        return frozenset(reveal.DEFAULTS[self.behaviour][moment])

    def comment_on(self, percent):
        """The comment of the highest band that this per cent reaches, or None."""
        bands = [band.value for band in self.bands]
        reached = {band["percent"]: band["text"] for band in bands if percent >= band["percent"]}
        return reached[max(reached)] if reached else None

    class Meta:
        verbose_name = "quiz"
        verbose_name_plural = "quiz"


class QuizVersion(models.Model):
    """The questions of a quiz as they stood when somebody opened an attempt. Never modified."""

    quiz = models.ForeignKey(
        QuizPage,
        # History outlives editorial taste: a quiz that was answered can be unpublished, not deleted.
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name="quiz",
    )
    content_hash = models.CharField("empreinte", max_length=64)
    content = models.JSONField("contenu figé")
    created_at = models.DateTimeField("figé le")

    class Meta:
        verbose_name = "version de quiz"
        verbose_name_plural = "versions de quiz"
        constraints = [
            # The same questions are stored once, however many people meet them at the same time.
            models.UniqueConstraint(fields=["quiz", "content_hash"], name="quiz_version_once"),
        ]

    def __str__(self):
        return f"{self.quiz_id} · {self.content_hash[:8]}"

    @cached_property
    def thawed(self):
        """The Quiz that it froze."""
        return Quiz.model_validate(self.content)
