"""LessonPage: a step to read, watch or hear, or a session to be at."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from courses.blocks.content import ContentBlocks
from courses.models.catalogue import ADDRESS
from courses.models.step import StepPage


class LessonPage(StepPage):
    """A lesson is done when its reader says so, or when a manager has seen the person there."""

    class Completion(models.TextChoices):
        READ = "read", "lue et confirmée par la personne"
        ATTENDED = "attended", "présence relevée par un responsable de cohorte"

    completion = models.CharField(
        "terminée quand elle est",
        max_length=10,
        choices=Completion.choices,
        default=Completion.READ,
        help_text="Présence : pour une séance. La feuille de présence est sur le tableau de bord de la cohorte.",
    )
    body = StreamField(ContentBlocks(), verbose_name="contenu")

    kind = "lesson"
    kind_label = "leçon"

    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        FieldPanel("completion"),
        FieldPanel(
            "body",
            help_text="Un bloc par idée. Le type du bloc dit ce que c’est (un exemple, un chiffre, une citation…) ; "
            "la mise en page suit toute seule.",
        ),
        ADDRESS,
    ]
    template = "courses/lesson_page.html"
    parent_page_types = ["courses.ModulePage"]

    class Meta:
        verbose_name = "leçon"
        verbose_name_plural = "leçons"
