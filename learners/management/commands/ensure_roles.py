"""Create the groups « Formateurs » and « Responsables », or give them back what they lack."""

from django.core.management.base import BaseCommand, CommandError

from courses.models import CataloguePage
from learners import roles


class Command(BaseCommand):
    help = "Create the groups of staff with their permissions; safe to run at every deployment."

    def handle(self, *args, **options):
        """Needs the catalogue, on which instructors have their rights."""
        if not CataloguePage.objects.exists():
            raise CommandError("Le catalogue n’existe pas encore : lancez d’abord « manage.py load_courses ».")
        roles.ensure()
        self.stdout.write(f"{roles.INSTRUCTORS}, {roles.MANAGERS} : à jour")
