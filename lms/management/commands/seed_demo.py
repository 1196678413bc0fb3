"""People for `make run`: four accounts to sign in with, and a cohort of about thirty per track.

Everything goes through the verbs of learners, at dates of the past weeks, so that the boards and
the letters show what they would show in real life.
"""

import random
import secrets
from datetime import datetime, time, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from courses.models import QuizPage
from courses.outline import outlines
from learners import (
    attempts,
    contacts,
    enrolment,
    invitations,
    messages,
    pairs,
    progress,
    reminders,
    reviews,
    roles,
    seats,
)
from learners.models import Answer, Cohort, CohortLead, Contact, Enrolment, Letter, Sector, User
from lms.management.written_answers import WRITTEN

FIRST_NAMES = (
    "Aïcha Alice Amadou Anaïs Antoine Aurélie Baptiste Bilal Camille Cécile Chloé Clément Damien Élodie Emma Éric "
    "Fatou Florian Gaëlle Hugo Inès Ismaël Jeanne Joël Julie Karim Léa Loïc Lucie Maël Malika Manon Mathis Maud Mehdi "
    "Nadia Noémie Océane Olivier Pauline Quentin Rachida Rémi Romane Samir Sandrine Sofia Solène Théo Thomas Valérie "
    "Yanis Yasmine Zoé"
)
LAST_NAMES = (
    "André Aubert Bailly Barbier Benali Bernard Blanchard Bonnet Boucher Caron Chevalier Cissé Colin Da_Silva David "
    "Denis Diallo Dubois Dumas Durand Fabre Faure Fontaine Fournier Garnier Gauthier Girard Guérin Haddad Henry Hoarau "
    "Jacquet Kaya Lacroix Lambert Leclerc Lefèvre Lemaire Le_Gall Marchand Masson Mercier Meyer Moreau Nguyen Noël "
    "Payet Perrin Petit Renaud Robert Rousseau Roux Simon Traoré Vidal Weber"
)

# How far each of the thirty went, and how many days ago they were last seen.
PACES: list[tuple[str, float, int]] = [
    *(("not started", 0, days) for days in (3, 12, 21)),
    *(("stalled", share, days) for share, days in ((0.1, 12), (0.2, 15), (0.3, 19), (0.5, 11), (0.7, 24))),
    *(("doing", share / 20, days) for share, days in enumerate((0, 1, 2, 0, 4, 1, 3, 6, 0, 2, 5, 1, 8, 3), start=1)),
    *(("done", 1, days) for days in (1, 2, 5, 9, 14, 20)),
    ("withdrawn", 0.2, 18),
    ("withdrawn", 0.1, 30),
]
WEEKS_AGO = 7
SECOND_THOUGHTS = "Relu à tête reposée : votre dernière phrase répond bien au second critère. Les deux points sont là."
# How long ago two people were written to, and what everybody will read.
CONTACTED = timedelta(days=5)
RENDEZ_VOUS = """Bonjour {{prénom}},

Nous nous retrouvons la semaine prochaine pour une heure en visio. Une question, même petite, aide tout le monde.

D’ici là, la prochaine étape est « {{prochaine étape}} » :
{{lien}}

Un empêchement ? Un mot à {address} suffit."""
# How long answers wait for a reader: the latest are still in the queue.
READ_WITHIN = timedelta(days=12)

# Where the people of the one cohort that says so come from; every seventh says nothing.
ORGANISATIONS: list[tuple[str, Sector | str]] = [
    ("Les Ateliers du Canal", Sector.ASSOCIATION),
    ("Mairie de Saint-Amand", Sector.AUTHORITY),
    ("Menuiserie Fontaine", Sector.COMPANY),
    ("Entraide et Quartiers", Sector.ASSOCIATION),
    ("Lycée Germaine-Tillion", Sector.SCHOOL),
    ("Coopérative du Marché", Sector.COMPANY),
    ("", ""),
]
FULL = "chefs-de-projet"  # the track whose cohort is full, with people who wait
WAITING = [("Maryse", "Kervella", 6), ("Idriss", "Benyamina", 4), ("Colette", "Hamel", 1)]

ACCOUNTS = [
    ("apprenante@demo.example", "Nour", "Lemoine"),
    ("formatrice@demo.example", "Hélène", "Marchetti"),
    ("responsable@demo.example", "Samuel", "Okoro"),
    ("admin@demo.example", "Louise", "Ferrand"),
]


class Command(BaseCommand):
    help = "Create the demonstration people, once; changes nothing when they exist."

    def handle(self, *args, **options):
        """Everything or nothing: an interrupted first start begins again from nothing."""
        if User.objects.filter(email=ACCOUNTS[0][0]).exists():
            self.stdout.write("Les personnes de démonstration sont déjà là.")
            return
        password_file = Path(settings.VAR) / "demo-password"
        password = password_file.read_text().strip() if password_file.exists() else secrets.token_urlsafe(8)
        with transaction.atomic():
            self.populate(password)
            # They belong to the past: each left in its time, and nothing of it leaves today.
            Letter.objects.waiting().filter(due_at__lte=timezone.now()).update(sent_at=F("due_at"))
        password_file.touch(mode=0o600)
        password_file.write_text(password + "\n")

    def populate(self, password):
        """The accounts, the groups and the cohorts."""
        dice = random.Random(17)  # noqa: S311 — the same people at each installation
        now = timezone.now()
        learner, instructor, manager, admin = (self.account(*who, password) for who in ACCOUNTS)
        User.objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)
        User.objects.filter(pk__in=[instructor.pk, manager.pk]).update(is_staff=True)
        other_manager = self.account("claire.vasseur@demo.example", "Claire", "Vasseur", None)
        roles.ensure()
        instructor.groups.add(roles.instructors())
        for person in (manager, other_manager):
            person.groups.add(roles.managers())
        self.reader = instructor
        names = people(dice)
        led = [one for one in outlines() if one.slug != "decideurs"]
        for outline in outlines():
            cohort = Cohort.objects.create(
                name=f"{outline.title} · automne {now.year}",
                track_id=outline.pk,
                opens_on=(now - timedelta(weeks=WEEKS_AGO)).date(),
                closes_on=(now + timedelta(weeks=10)).date(),
            )
            # One cohort is led by somebody else, so that the boards show what a manager may not see.
            lead = other_manager if outline.slug == "decideurs" else manager
            CohortLead.objects.create(cohort=cohort, person=lead)
            for pace in PACES:
                self.live(next(names), outline, cohort, pace, now=now, dice=dice)
            if outline.slug == FULL:
                self.fill_up(cohort, lead, now=now)
            if outline == led[0]:
                self.write(cohort, outline, lead, now=now)
            self.stdout.write(f"  {cohort.name} : {len(PACES)} personnes")
        self.change_their_mind(now)
        for days in range(7 * WEEKS_AGO, -1, -1):
            reminders.write_due(now=now - timedelta(days=days))
        track = next(one for one in outlines() if one.slug == "jeunes")
        self.live(learner, track, None, ("doing", 0.25, 2), now=now, dice=dice)

    def account(self, email, first_name, last_name, password):
        """A person with a confirmed address."""
        person = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        return person

    def live(self, person, outline, cohort, pace, *, now, dice):
        """Lead somebody through a share of the track, ending so many days ago."""
        if not isinstance(person, User):
            email, first_name, last_name = person
            person = self.account(email, first_name, last_name, None)
        state, share, days = pace
        begin = now - timedelta(weeks=WEEKS_AGO) + timedelta(hours=dice.randrange(1, 120))
        end = now - timedelta(days=days, hours=dice.randrange(1, 20))
        if state == "not started":
            begin = end
        row = enrolment.enrol(person=person, track_pk=outline.pk, at=begin, cohort=cohort)
        steps = outline.steps[: round(share * len(outline.steps))] if share else ()
        if share and not steps:
            steps = outline.steps[:1]
        for position, step in enumerate(steps, start=1):
            at = begin + (end - begin) * position / len(steps)
            if step.kind == QuizPage.kind:
                self.answer(row, step, at=at, now=now, last=position == len(steps))
            else:
                progress.complete(enrolment_pk=row.pk, step_pk=step.pk, at=at)
        if state == "withdrawn":
            enrolment.withdraw(person=person, track_pk=outline.pk, at=end)

    def fill_up(self, cohort, lead, *, now):
        """Say where people come from, make two pairs, an invitation, and a cohort that is full."""
        begin = now - timedelta(weeks=WEEKS_AGO)
        rows = list(Enrolment.objects.active().filter(cohort=cohort).order_by("pk"))
        for number, row in enumerate(rows):
            organisation, sector = ORGANISATIONS[number % len(ORGANISATIONS)]
            enrolment.describe(enrolment=row, organisation=organisation, sector=sector, by=lead, at=now)
        for first, second in ((rows[9], rows[10]), (rows[11], rows[12])):
            pairs.pair(first=first, second=second, by=lead, at=begin + timedelta(days=6))
        invitations.invite(cohort=cohort, by=lead, at=now - timedelta(days=9), expires_at=now + timedelta(days=60))
        cohort.seats = len(rows)
        cohort.save(update_fields=["seats"])
        for first_name, last_name, days in WAITING:
            email = f"{slugify(first_name)}.{slugify(last_name)}@demo.example"
            person = self.account(email, first_name, last_name, None)
            seats.wait(person=person, cohort=cohort, at=now - timedelta(days=days))

    def write(self, cohort, outline, lead, *, now):
        """The lead writes to two people, one of whom came back, and prepares a message to the cohort."""
        then = now - CONTACTED
        going = Enrolment.objects.active().unfinished().filter(cohort=cohort, enrolled_at__lt=then)
        silent = going.silent_since(now - timedelta(days=10)).order_by("-last_activity_at", "pk")
        back = going.filter(completions__completed_at__gt=then).order_by("-last_activity_at", "pk").distinct()
        for row in (silent.first(), back.first()):
            if row is None:
                continue
            one = contacts.Suggestion(row.pk, str(row.person), Contact.Reason.SILENT, 0, 0, len(outline.required))
            subject, text = contacts.prepared(one, row, outline, by=lead, now=then)
            contacts.write_to(enrolment_pk=row.pk, reason=one.reason, subject=subject, text=text, by=lead, at=then)
        day = timezone.localdate(now, cohort.zone) + timedelta(days=2)
        messages.compose(
            cohort=cohort,
            by=lead,
            subject="Notre prochaine rencontre",
            text=RENDEZ_VOUS.format(address=lead.email),
            due_at=datetime.combine(day, time(9), tzinfo=cohort.zone),
            at=now,
        )

    def answer(self, row, step, *, at, now, last):
        """Answer a quiz as people do: mostly right, some better than others, sometimes twice."""
        dice = random.Random(f"{row.person_id}/{step.pk}")  # noqa: S311 — invented people, not secrets
        skill = random.Random(row.person_id).choice((0.4, 0.7, 0.9, 0.95))  # noqa: S311 — invented people, not secrets
        for known, begun in ((skill, at - timedelta(minutes=dice.randrange(3, 12))), (1, at)):
            attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=step.pk, at=begun)
            responses = {question.id: response(question, known, dice) for question in attempt.paper.questions}
            sure = {
                question.id: certainty(question.fraction(responses[question.id]), known, dice)
                for question in attempt.paper.questions
                if attempt.paper.asks_certainty(question)
            }
            attempt = attempts.submit(attempt_pk=attempt.pk, responses=responses, certainties=sure, at=at)
            # Whoever cannot go on without a reader has found one; the others wait for their turn.
            if attempt.awaiting and (at < now - READ_WITHIN or not (attempt.passed or last)):
                self.read(attempt, at=min(at + timedelta(hours=dice.randrange(2, 20)), now))
                attempt.refresh_from_db()
            if attempt.passed is not False:
                return

    def read(self, attempt, *, at):
        """The instructor reads what this attempt wrote."""
        for answer in Answer.objects.awaiting().filter(attempt=attempt):
            criteria = attempt.paper.question(answer.question_id).criteria
            known = [one for one in WRITTEN.get(answer.question_id, ()) if one.text == answer.response]
            points, comment = (known[0].points, known[0].comment) if known else ([one.points for one in criteria], "")
            levels = {criterion.id: given for criterion, given in zip(criteria, points, strict=True)}
            reviews.review(answer_pk=answer.pk, by=self.reader, levels=levels, comment=comment, at=at)

    def change_their_mind(self, now):
        """One of the marks was given too fast, and is changed."""
        for review in reviews.reviewed_by(self.reader):
            question = review.answer.attempt.paper.question(review.answer.question_id)
            best = {criterion.id: criterion.points for criterion in question.criteria}
            if 0 < sum(review.levels.values()) < sum(best.values()):
                why = "La dernière phrase répondait au second critère : je l’avais lue trop vite."
                reviews.amend(
                    answer_pk=review.answer_id, by=self.reader, levels=best, comment=SECOND_THOUGHTS, why=why, at=now
                )
                return


def response(question, known, dice):
    """What somebody who knows so much answers."""
    if question.id in WRITTEN:
        return WRITTEN[question.id][0].text if known == 1 else dice.choice(WRITTEN[question.id]).text
    if question.scored and dice.random() < known ** effort(question):
        return question.right_response
    return slip(question, dice)


def certainty(worth, known, dice):
    """How sure they say they are: surer of what is right, mostly, and of everything when they know it all."""
    return 3 if known == 1 else dice.choices((1, 2, 3), weights=(1, 2, 3) if worth == 1 else (2, 2, 1))[0]


def effort(question):
    """How hard the question is for everybody, the same at each installation; nothing is hard to those who know all."""
    return random.Random(question.id).uniform(0.3, 2)  # noqa: S311 — invented people, not secrets


def slip(question, dice):
    """The answer of somebody who did not know: the first wrong choice more often than the last, things misplaced."""
    match question.control:
        case "choices":
            wrong = [option.id for option in question.options if not option.correct]
            return dice.choices(wrong, weights=[4**-place for place in range(len(wrong))])
        case "rows" | "gaps":
            places = {row.id: question.places(row.id) for row in question.rows}
            return {row: dice.choice(among).id if among else "rien" for row, among in places.items()}
        case "line":
            return "je ne sais plus"
    return question.right_response


def people(dice):
    """Endless distinct people: (address, first name, last name)."""
    pairs = [(first, last.replace("_", " ")) for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]
    dice.shuffle(pairs)
    for first, last in pairs:
        yield f"{slugify(first)}.{slugify(last)}@demo.example", first, last
