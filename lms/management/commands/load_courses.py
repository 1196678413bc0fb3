"""Load the four tracks from the files of courses/content."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Site

from courses.loading import Loading, catalogue_under
from courses.manuscripts import ManuscriptError
from courses.outline import outlines
from learners import rule_book
from lms.models import HomePage


class Command(BaseCommand):
    help = "Load or update the four tracks. Pages that an editor has changed are left alone."

    def handle(self, *args, **options):
        """Create the site's tree on an empty database, then load every file."""
        with transaction.atomic():
            catalogue = catalogue_under(home_page())
        try:
            counts = Loading(catalogue, say=self.stdout.write).run()
        except ManuscriptError as error:
            raise CommandError(str(error)) from error
        # A track that has just come has its rules before anybody looks at them.
        rule_book.ensure(outlines(), at=timezone.now())
        self.stdout.write(", ".join(f"{number} {name}" for name, number in sorted(counts.items())))


def home_page():
    """The home page; it takes the place of Wagtail's welcome page on an empty database."""
    home = HomePage.objects.first()
    if home is None:
        Page.objects.filter(depth=2, slug="home", content_type__model="page").delete()
        root = Page.objects.get(depth=1)
        root.title = root.draft_title = "Racine"
        root.save(update_fields=["title", "draft_title"])
        home = HomePage(
            title="Apprendre à faire alliance",
            slug="accueil",
            introduction="Associations, entreprises, collectivités : apprenez à agir ensemble pour l’intérêt général, "
            "en quelques soirées, avec des exemples, des quiz et une attestation vérifiable.",
        )
        root.add_child(instance=home)
        home.save_revision().publish()
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"hostname": "localhost", "root_page": home, "site_name": "Faire alliance"},
        )
    return home
