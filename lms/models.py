"""The pages of the site that are not courses."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from courses.blocks.content import ContentBlocks
from courses.models.catalogue import ADDRESS, READ_ONLY
from courses.outline import outlines


class HomePage(Page):
    """The door: what this is, for whom, and where to go."""

    introduction = models.TextField("introduction", max_length=600)
    body = RichTextField("texte", blank=True, features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction", help_text="Sous le titre, en grand : ce que c’est et pour qui."),
        FieldPanel("body", help_text="Facultatif, en bas de la page d’accueil."),
        ADDRESS,
    ]
    promote_panels: list[FieldPanel] = []
    template = "lms/home_page.html"
    admin_default_ordering = "ord"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CataloguePage", "lms.StandardPage"]
    max_count = 1
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "accueil"
        verbose_name_plural = "accueils"

    def get_preview_context(self, request, mode_name):
        """The tracks as a visitor would see them."""
        return {**super().get_preview_context(request, mode_name), "outlines": outlines()}


class StandardPage(Page):
    """A page of text: mentions légales, à propos…"""

    body = StreamField(ContentBlocks(), verbose_name="contenu")

    content_panels = [*Page.content_panels, FieldPanel("body"), ADDRESS]
    promote_panels: list[FieldPanel] = []
    template = "lms/standard_page.html"
    admin_default_ordering = "ord"
    parent_page_types = ["lms.HomePage", "lms.StandardPage"]
    subpage_types = ["lms.StandardPage"]
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "page"
        verbose_name_plural = "pages"
