"""LoadedPage: which page came from which content file, and as it stood then."""

from django.db import models
from wagtail.models import Page


class LoadedPage(models.Model):
    """Tells a page that editors have touched since (its latest revision is another one) from one they have not."""

    path = models.CharField("fichier", max_length=200, unique=True)
    # Deleting the page by hand forgets the file: loading again would create it anew.
    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="+", verbose_name="page")
    digest = models.CharField("empreinte", max_length=64)
    revision_id = models.BigIntegerField("révision chargée")

    class Meta:
        verbose_name = "page chargée"
        verbose_name_plural = "pages chargées"

    def __str__(self):
        return self.path
