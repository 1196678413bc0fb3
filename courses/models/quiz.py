"""QuizPage: a step to answer, and the frozen versions of it that attempts are pinned to."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from courses.blocks.questions import QuestionBlocks
from courses.models.catalogue import ADDRESS
from courses.models.step import StepPage


class QuizPage(StepPage):
    """A quiz is done when an attempt passes, or when one is sent if it has no pass mark."""

    introduction = models.TextField("introduction", max_length=600, blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        "seuil de réussite (%)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Laisser vide pour un quiz sans note à atteindre.",
    )
    max_attempts = models.PositiveSmallIntegerField(
        "nombre de tentatives",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Laisser vide pour ne pas limiter.",
    )
    questions = StreamField(QuestionBlocks(), verbose_name="questions")

    kind = "quiz"
    kind_label = "quiz"

    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        MultiFieldPanel(
            [
                FieldPanel("introduction", help_text="Une ou deux phrases avant les questions."),
                FieldPanel("pass_mark"),
                FieldPanel("max_attempts"),
            ],
            heading="Avant de commencer",
        ),
        FieldPanel(
            "questions",
            help_text="Un brouillon s’enregistre même incomplet ; la publication vérifie que chaque question a "
            "sa bonne réponse et son explication. Les quiz déjà commencés gardent les questions qu’ils avaient.",
        ),
        ADDRESS,
    ]
    template = "courses/quiz_page.html"
    parent_page_types = ["courses.ModulePage"]

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
