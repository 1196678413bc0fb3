"""Mark the attempts at a quiz again, with the key that its page shows today."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.models import QuizPage
from courses.versions import freeze
from learners import regrading
from learners.errors import LearnerError
from learners.models import User


class Command(BaseCommand):
    help = "Say what the key of today would change in the attempts at a quiz; with --write, change it."

    def add_arguments(self, parser):
        """The quiz, and who answers for the change."""
        parser.add_argument("quiz", type=int, help="number of the quiz, as in the address of its edition")
        parser.add_argument("--write", action="store_true", help="write what is only said otherwise")
        parser.add_argument("--may-lose", action="store_true", help="also change attempts that would no longer pass")
        parser.add_argument("--by", help="e-mail address of the person who decides")
        parser.add_argument("--why", help="the reason, kept with every mark that changes")

    def handle(self, *args, quiz, write, by, why, may_lose, **options):
        """One line per attempt that changes."""
        page = QuizPage.objects.filter(pk=quiz).first()
        person = User.objects.filter(email__iexact=by or "").first()
        if page is None:
            raise CommandError(f"Aucun quiz ne porte le numéro {quiz}.")
        if write and not (person and why):
            raise CommandError("Pour écrire, il faut --by (une personne connue) et --why.")
        now = timezone.now()
        key, changed = freeze(page, at=now), 0
        for attempt_pk in list(regrading.to_regrade(key).values_list("pk", flat=True)):
            try:
                outcome = (
                    regrading.regrade(attempt_pk=attempt_pk, key=key, by=person, why=why, at=now, may_lose=may_lose)
                    if write
                    else regrading.foresee(attempt_pk=attempt_pk, key=key)
                )
            except LearnerError as refusal:
                self.stderr.write(f"  tentative {attempt_pk} : {refusal}")
                continue
            if outcome.loses and not may_lose:
                self.stdout.write(f"  tentative {attempt_pk} : garde sa réussite (--may-lose la retirerait)")
                continue
            changed += bool(outcome.changed)
            for answer, grade in outcome.changed:
                self.stdout.write(f"  tentative {attempt_pk} : {answer.asked} {answer.points:g} → {grade.points:g}")
        verb = "modifiées" if write else "à modifier (rien n’est écrit sans --write)"
        self.stdout.write(f"Tentatives {verb} : {changed}")
