"""A great many people, fast: the lives of the demonstration's cohorts, lived again by others.

The people of seed_demo went through the verbs. Each newcomer lives one of those lives at another
hour: rows are copied in bulk, so nothing is decided here that a verb decides.
"""

import random
from datetime import datetime, timedelta
from time import monotonic

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from courses.outline import outlines
from learners.models import Answer, Attempt, Certificate, CohortLead, Completion, Enrolment, Letter, Review, User
from learners.models.certificate import new_code
from lms.management.commands.seed_demo import FIRST_NAMES, LAST_NAMES

NAME = "personne-"
ADDRESS = f"{NAME}{{}}@demo.example"  # production refuses to start among them (config.checks)
BATCH = 1_000  # people at a time: what is copied together stays small in memory
EARLIER = timedelta(days=3)  # at most; silent people stay silent, and the others are not yet


class Command(BaseCommand):
    help = "Add a great many believable learners in cohorts, for benchmarks and demonstrations."

    def add_arguments(self, parser):
        """How many people, in which tracks, drawn by which dice."""
        parser.add_argument("--learners", type=int, required=True, metavar="N", help="people to add")
        parser.add_argument("--cohort-size", type=int, default=1_000, metavar="N", help="people per cohort (1000)")
        parser.add_argument("--track", action="append", metavar="SLUG", help="only in this track; may be repeated")
        parser.add_argument("--seed", type=int, default=17, metavar="N", help="the same people for the same number")
        parser.add_argument("--no-answers", action="store_true", help="leave out attempts and their answers")

    def handle(self, *, learners, cohort_size, track, seed, no_answers, **options):
        """Everything or nothing. A second time adds others."""
        if not settings.DEMO:
            raise CommandError("seed_scale crée des personnes fictives : jamais en production.")
        if learners < 1 or cohort_size < 1:
            raise CommandError("--learners et --cohort-size commencent à 1.")
        began = monotonic()
        call_command("seed_demo", stdout=self.stdout)
        chosen = [outline for outline in outlines() if not track or outline.slug in track]
        if not chosen:
            raise CommandError("Aucun parcours de ce nom.")
        with transaction.atomic():
            first = User.objects.filter(email__startswith=NAME).count() + 1
            last = first + learners - 1
            dice = random.Random(f"{seed} {first}")  # noqa: S311 — the same people for the same seed
            lives = {outline.pk: lives_of(outline) for outline in chosen}
            for turn, start in enumerate(range(first, last + 1, cohort_size)):
                outline = chosen[turn % len(chosen)]
                end = min(start + cohort_size - 1, last)
                cohort = new_cohort(outline, lives[outline.pk], start, end)
                for batch in range(start, end + 1, BATCH):
                    numbers = range(batch, min(batch + BATCH - 1, end) + 1)
                    multiply(lives[outline.pk], cohort, people(numbers, dice), dice, with_answers=not no_answers)
                self.stdout.write(f"  {cohort.name} : {end - start + 1} personnes")
        self.stdout.write(f"{learners} personnes ajoutées en {monotonic() - began:.0f} s.")


def lives_of(outline):
    """The enrolments of the demonstration's cohort in that track, with all that hangs on them."""
    rows = Enrolment.objects.filter(
        track_id=outline.pk, cohort__isnull=False, person__email__endswith="@demo.example"
    ).exclude(person__email__startswith=NAME)
    related = ("completions", "attempts__answers__review", "letters", "certificates")
    return list(rows.select_related("cohort").prefetch_related(*related).order_by("pk"))


def new_cohort(outline, lives, first, last):
    """A cohort named after the people it will hold, led by who leads that of the demonstration."""
    model = lives[0].cohort
    cohort = twin(model, name=f"{outline.title} · personnes {first} à {last}")
    cohort.save()
    CohortLead.objects.bulk_create([twin(lead, cohort_id=cohort.pk) for lead in model.leads.all()])
    return cohort


def people(numbers, dice):
    """New people with confirmed addresses, who can sign in only after choosing a password."""
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    password = make_password(None)
    found = User.objects.bulk_create(
        User(
            email=ADDRESS.format(number),
            password=password,
            first_name=dice.choice(first_names),
            last_name=dice.choice(last_names).replace("_", " "),
        )
        for number in numbers
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in found
    )
    return found


def multiply(lives, cohort, newcomers, dice, *, with_answers):
    """Each newcomer lives one of these lives in this cohort, some hours earlier. One insert per table."""
    drawn = [(dice.choice(lives), person, -EARLIER * dice.random()) for person in newcomers]
    rows = Enrolment.objects.bulk_create(
        twin(life, later, person_id=person.pk, cohort_id=cohort.pk) for life, person, later in drawn
    )
    lived = [(life, row, person, later) for (life, person, later), row in zip(drawn, rows, strict=True)]
    Completion.objects.bulk_create(
        twin(done, later, enrolment_id=row.pk) for life, row, _, later in lived for done in life.completions.all()
    )
    earned = [
        (one, row, person, later)
        for life, row, person, later in lived
        for one in life.certificates.all()
        if not one.is_replaced
    ]
    issued = Certificate.objects.bulk_create(
        twin(
            one,
            later,
            enrolment_id=row.pk,
            current_for_id=row.pk if one.current_for_id else None,
            code=new_code(),
            holder=person.get_full_name(),
            cohort_name=cohort.name,
            organisation=row.organisation,
        )
        for one, row, person, later in earned
    )
    # A letter leads to its attestation by its key.
    keys = {
        (f"certificate:{one.pk}", row.pk): f"certificate:{new.pk}"
        for (one, row, *_), new in zip(earned, issued, strict=True)
    }
    Letter.objects.bulk_create(
        twin(
            letter,
            later,
            enrolment_id=row.pk,
            person_id=person.pk,
            address=person.email,
            key=keys.get((letter.key, row.pk)) or f"{letter.key}/{row.pk}",
        )
        for life, row, person, later in lived
        for letter in life.letters.all()
    )
    if with_answers:
        made = [
            (one, twin(one, later, enrolment_id=row.pk), later)
            for life, row, _, later in lived
            for one in life.attempts.all()
        ]
        Attempt.objects.bulk_create([attempt for _, attempt, _ in made])
        given = [(answer, attempt, later) for one, attempt, later in made for answer in one.answers.all()]
        answers = Answer.objects.bulk_create(
            twin(answer, later, attempt_id=attempt.pk) for answer, attempt, later in given
        )
        Review.objects.bulk_create(
            twin(one.review, later, answer_id=answer.pk)
            for (one, _, later), answer in zip(given, answers, strict=True)
            if hasattr(one, "review")
        )


def twin(row, later=timedelta(), **different):
    """A copy of this row that is not stored yet: its moments are that much later, the named fields different."""
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    moved = {name: value + later for name, value in kept.items() if isinstance(value, datetime)}
    return type(row)(**(kept | moved | different))
