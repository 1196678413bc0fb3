"""LessonPage: a step to read, watch or hear."""

from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from courses.blocks.content import ContentBlocks
from courses.models.step import StepPage


class LessonPage(StepPage):
    """A lesson is done when its reader says so."""

    body = StreamField(ContentBlocks(), verbose_name="contenu")

    kind = "lesson"
    kind_label = "leçon"

    content_panels = [*Page.content_panels, *StepPage.step_panels, FieldPanel("body")]
    template = "courses/lesson_page.html"
    parent_page_types = ["courses.ModulePage"]

    class Meta:
        verbose_name = "leçon"
        verbose_name_plural = "leçons"
