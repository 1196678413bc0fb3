"""The track of the large cohorts, longer than those that come with the product."""

from django.core.management.base import BaseCommand

from courses.models import CataloguePage
from tests.factories.courses import make_track


class Command(BaseCommand):
    help = "Add a track of forty steps: eight modules of four lessons and a quiz."

    def handle(self, **options):
        """Once: a second track of the same address is refused."""
        make_track(CataloguePage.objects.get(), slug="quarante-etapes", modules=((4, True),) * 8)
