"""Illustration: the image model, chosen on the first day because it cannot be changed later."""

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class Illustration(AbstractImage):
    """An image with its author. The alternative text is asked where the image is used."""

    credit = models.CharField("crédit et licence", max_length=160, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = "illustration"
        verbose_name_plural = "illustrations"


class IllustrationRendition(AbstractRendition):
    """A resized copy; rebuilt at will, so it goes with its image."""

    image = models.ForeignKey(Illustration, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="illustration_rendition_once"
            ),
        ]
