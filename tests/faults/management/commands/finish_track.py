"""The cause of every letter: people who enrol in a track and finish it."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.utils import timezone

from courses.models import CataloguePage, TrackPage
from courses.outline import outline_by_slug
from learners import enrolment, progress
from learners.models import User
from lms.management.commands.load_courses import home_page
from tests.factories.courses import make_track
from tests.factories.learners import make_person

SLUG = "jeunes"
HANDS = 4
STUBBORN = 60  # times that somebody presses again, once a second


class Command(BaseCommand):
    help = "Enrol so many people in a track of one lesson, and let them finish it."

    def add_arguments(self, parser):
        """How many people, and what their addresses begin with."""
        parser.add_argument("play")
        parser.add_argument("people", type=int)

    def handle(self, *, play, people, **options):
        """Each person in transactions of their own, several people at once, as requests would."""
        if not TrackPage.objects.filter(slug=SLUG).exists():
            catalogue = CataloguePage(title="Les parcours", slug="parcours")
            home_page().add_child(instance=catalogue)
            make_track(catalogue, slug=SLUG, modules=((1, False),), reminder_after_days=0)
        outline = outline_by_slug(SLUG)
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(lambda number: insist(f"{play}-{number}@example.org", outline), range(people)))


def insist(address, outline):
    """Enrol and finish; whoever is told that it failed presses again."""
    for _ in range(STUBBORN):
        try:
            return live(address, outline)
        except OperationalError:
            connection.close()
            time.sleep(1)
        finally:
            connection.close()
    raise TimeoutError(address)


def live(address, outline):
    """Two verbs, two transactions, two letters."""
    person = User.objects.filter(email=address).first() or make_person(address)
    row = enrolment.enrol(person=person, track_pk=outline.pk, at=timezone.now())
    progress.complete(enrolment_pk=row.pk, step_pk=outline.first.pk, at=timezone.now())
