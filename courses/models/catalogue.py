"""CataloguePage: the door to the tracks."""

from http import HTTPMethod

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

READ_ONLY = [HTTPMethod.GET, HTTPMethod.HEAD]


class CataloguePage(Page):
    """Lists the tracks. Its slug is part of the site's contract: printed links rely on it."""

    SLUG = "parcours"

    introduction = models.TextField("introduction", blank=True, max_length=600)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    template = "courses/catalogue_page.html"
    parent_page_types = ["lms.HomePage"]
    subpage_types = ["courses.TrackPage"]
    max_count = 1
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "catalogue des parcours"
        verbose_name_plural = "catalogues des parcours"

    def clean(self):
        """Refuse another slug than the contract's."""
        super().clean()
        if self.slug != self.SLUG:
            message = f"L’adresse du catalogue est « {self.SLUG} » : des liens imprimés en dépendent."
            raise ValidationError({"slug": message})
