"""CataloguePage: the door to the tracks."""

from http import HTTPMethod

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

READ_ONLY = [HTTPMethod.GET, HTTPMethod.HEAD]

# At the end of every page's form, in place of Wagtail's second tab, which asks for texts that this site does not use.
ADDRESS = MultiFieldPanel(
    [
        FieldPanel(
            "slug",
            heading="Fin de l’adresse",
            help_text="Écrite toute seule d’après le titre. Si vous la changez, l’ancienne adresse mène à la nouvelle.",
        )
    ],
    heading="Adresse de la page",
    classname="collapsed",
)


class CataloguePage(Page):
    """Lists the tracks. Its slug is part of the site's contract: printed links rely on it."""

    SLUG = "parcours"

    introduction = models.TextField("introduction", blank=True, max_length=600)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction", help_text="Deux ou trois phrases au-dessus des quatre parcours."),
        ADDRESS,
    ]
    promote_panels: list[FieldPanel] = []
    template = "courses/catalogue_page.html"
    admin_default_ordering = "ord"
    parent_page_types = ["lms.HomePage"]
    subpage_types = ["courses.TrackPage"]
    max_count = 1
    allowed_http_methods = READ_ONLY
    private_page_options: list[str] = []

    class Meta:
        verbose_name = "catalogue des parcours"
        verbose_name_plural = "catalogues des parcours"

    def get_preview_context(self, request, mode_name):
        """The tracks as a visitor would see them."""
        from courses.outline import outlines  # noqa: PLC0415 — the outline reads the models

        return {**super().get_preview_context(request, mode_name), "outlines": outlines()}

    def clean(self):
        """Refuse another slug than the contract's."""
        super().clean()
        if self.slug != self.SLUG:
            message = f"L’adresse du catalogue est « {self.SLUG} » : des liens imprimés en dépendent."
            raise ValidationError({"slug": message})
