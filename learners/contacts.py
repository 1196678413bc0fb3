"""Whom to write to today, and why; the words to begin with; and whether they came back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from courses.outline import Outline
from courses.typography import FIXED, pluriel
from learners import addresses, delivery, emails, letters, messages, subscriptions
from learners.errors import AddressFails, NotEnrolled, NotToContact
from learners.models import Attempt, Completion, Contact, Enrolment, Letter
from learners.places import filled
from learners.records import enrolled
from learners.reporting import rows_of
from learners.standing import next_step

Reason = Contact.Reason

AT_MOST = 10
LATEST = 5
# From how many days on each reason holds.
TO_BEGIN, TO_COME_BACK, TO_FINISH = 3, 10, 4
FAILURES = 2
NEARLY = 80  # per cent of the required steps
# Nobody is written to twice in a row.
REST = timedelta(days=7)
REST_AFTER_REMINDER = timedelta(days=3)
# Who refuses one of these is not written to from the list.
DISTURBING = (Letter.Kind.REMINDER, Letter.Kind.MESSAGE)
# How long one looks whether somebody came back, and from how many people on a share says something.
LOOK_BACK = timedelta(days=30)
ENOUGH = 5

# The most urgent first: who is there and stuck, who has almost arrived, who left, who never came.
URGENCY = {
    reason: place
    for place, reason in enumerate((Reason.STUCK, Reason.NEARLY_DONE, Reason.SILENT, Reason.NEVER_STARTED))
}


class Suggestion(NamedTuple):
    """Somebody to write to, with the one reason and its figures."""

    enrolment_pk: int
    name: str
    reason: Reason
    days: int
    done: int
    total: int
    quiz_title: str = ""
    failures: int = 0
    unreachable: bool = False

    @property
    def words(self):
        """The reason with its figures, in French."""
        days = f"{self.days}{FIXED}jour{pluriel(self.days)}"
        steps = f"{self.done}{FIXED}étape{pluriel(self.done)} sur{FIXED}{self.total}"
        match self.reason:
            case Reason.NEVER_STARTED:
                return f"{days} sans commencer"
            case Reason.STUCK:
                return f"{self.failures}{FIXED}essais sans réussir « {self.quiz_title} », {steps}"
            case Reason.NEARLY_DONE:
                return f"{steps}, {days} sans venir"
        return f"{days} sans venir, {steps}"


@dataclass(frozen=True)
class Outcome:
    """One contact, and the day on which the person came back, or None."""

    contact: Contact
    back_on: datetime | None


@dataclass(frozen=True)
class Share:
    """Of the people written to for a reason, how many came back."""

    reason: Reason
    back: int
    people: int


@dataclass(frozen=True)
class Day:
    """What a board shows: whom to write to today, how many others were written to lately, and the latest of them."""

    today: list[Suggestion]
    resting: int
    latest: list[Outcome]
    more: bool
    shares: list[Share]


def day_of(cohort, board, *, now):
    """The Day of this cohort, of which this is the whole board. Three queries, whatever its size."""
    found = outcomes(cohort, now=now)
    today, resting = people_to_contact(cohort, board, now=now)
    return Day(today=today, resting=resting, latest=found[:LATEST], more=len(found) > LATEST, shares=shares(found))


# ---------------------------------------------------------------- whom, and why


def people_to_contact(cohort, board, *, now):
    """The Suggestions of the day among the rows of this board, the most urgent first, and how many others rest.

    Leaves out who finished or left, who has nothing open, staff, closed accounts, who refuses reminders. Who was
    written to lately has time to come back: they rest. Within a reason the shortest silence comes first: they are the
    likeliest to come back. Two queries, whatever its size.
    """
    outline = board.outline
    if outline is None or not outline.required or (cohort.closes_on and cohort.closes_on < _today(cohort, now)):
        return [], 0
    willing = {pk: one for pk, *one in _willing(_learning(cohort), now).values_list("pk", "rests", "unreachable")}
    found = _suggestions(cohort, outline, (row for row in board.rows if row.enrolment_pk in willing), now=now)
    found.sort(key=lambda one: (URGENCY[one.reason], one.days, one.name, one.enrolment_pk))
    today = [
        one._replace(unreachable=unreachable)
        for one in found
        for rests, unreachable in [willing[one.enrolment_pk]]
        if not rests
    ]
    kept = list(islice(_with_something_open(today[: 3 * AT_MOST], outline, now=now), AT_MOST))
    return kept, len(found) - len(today)


def _with_something_open(found, outline, *, now):
    """Those of these Suggestions who have a step to go on with: who waits for a day is not silent. One query."""
    read = enrolled(Enrolment.objects.filter(pk__in=[one.enrolment_pk for one in found])) if found else {}
    return (one for one in found if next_step(outline, record=read[one.enrolment_pk].record, now=now))


def suggestion_for(enrolment, cohort, outline, *, now):
    """The Suggestion for this person even if they rest today; without a reason of the list, another one."""
    rows = rows_of(outline, _learning(cohort).filter(pk=enrolment.pk), now=now)
    found = _suggestions(cohort, outline, rows, now=now) if outline else []
    if found:
        return found[0]
    return Suggestion(enrolment.pk, str(enrolment.person), Reason.OTHER, 0, 0, 0)


def refuses(person):
    """Whether this person does not want to be reminded of a track, by the clock or by somebody."""
    return subscriptions.refusals_of(*DISTURBING).filter(person=person).exists()


def _learning(cohort):
    return messages.reachable(cohort).unfinished()


def _willing(enrolments, now):
    """Those who do not refuse reminders: whether they rest, having been written to lately; whether nothing arrives."""
    lately = Contact.objects.filter(enrolment=OuterRef("pk"), contacted_at__gt=now - REST)
    reminded = Letter.objects.filter(
        enrolment=OuterRef("pk"),
        kind=Letter.Kind.REMINDER,
        due_at__gt=now - REST_AFTER_REMINDER,
        dropped_at__isnull=True,
    )
    refusing = subscriptions.refusals_of(*DISTURBING).filter(person=OuterRef("person"))
    return enrolments.exclude(Exists(refusing)).annotate(
        rests=Exists(lately) | Exists(reminded),
        unreachable=Exists(addresses.failing().filter(person=OuterRef("person"))),
    )


def _suggestions(cohort, outline, rows, *, now):
    begins = cohort.opens_at
    titles = {step.pk: step.title for step in outline.steps}
    found = (_suggestion(row, titles, begins=begins, now=now) for row in rows)
    return [one for one in found if one]


def _suggestion(row, titles, *, begins, now):
    """The Suggestion for this row of the board, or None."""
    started = row.last_activity is not None
    days = row.days_silent if started else (now - max(row.enrolled_at, begins)).days
    one = Suggestion(row.enrolment_pk, row.name, Reason.SILENT, days, row.done, row.total)
    if not started:
        return one._replace(reason=Reason.NEVER_STARTED) if days >= TO_BEGIN else None
    if days < TO_COME_BACK and (failing := _failing(row, titles)):
        return one._replace(reason=Reason.STUCK, failures=failing.failed, quiz_title=titles[failing.quiz_pk])
    if days >= TO_FINISH and 100 * row.done >= NEARLY * row.total:
        return one._replace(reason=Reason.NEARLY_DONE)
    return one if days >= TO_COME_BACK else None


def _failing(row, titles):
    """The Result of the quiz of the track at which they fail most, or None.

    One that succeeded, or that somebody is still reading, is no failure.
    """
    found = [one for one in row.results if one.sent == one.failed >= FAILURES and one.quiz_pk in titles]
    return max(found, key=lambda one: (one.failed, -one.quiz_pk), default=None)


# ---------------------------------------------------------------- the words, and the letter


def prepared(suggestion, enrolment, outline: Outline, *, by, now):
    """The subject and the text to begin with, in the voice of the track, for this person and this reason."""
    left = suggestion.total - suggestion.done
    facts = emails.facts_for(enrolment, outline, delivery.whats_next(enrolment, outline, now=now)) | {
        "parcours": outline.title,
        "quiz": suggestion.quiz_title,
        "reste": f"{left}{FIXED}étape{pluriel(left)}",
        "adresse": by.email,
    }
    subject, text = WORDS[suggestion.reason][outline.informal]
    ending = ENDINGS[outline.informal]
    return filled(subject, facts), filled(f"Bonjour {{prénom}},\n\n{text}\n\n{ending}", facts)


def write_to(*, enrolment_pk, reason, subject, text, by, at):
    """Write to one person, at most once a day: (contact, whether it was written now)."""
    subject, text = messages.fit(subject, text)
    with transaction.atomic():
        enrolment = Enrolment.objects.locked(enrolment_pk)
        if enrolment is None:
            raise NotEnrolled("Cette personne s’est retirée du parcours.")
        if refuses(enrolment.person):
            raise NotToContact
        if addresses.fails(enrolment.person, enrolment.person.email):
            raise AddressFails
        key = f"contact:{enrolment.pk}:{_today(enrolment.cohort, at):%Y-%m-%d}"
        existing = Contact.objects.filter(letter__key=key).first()
        if existing:
            return existing, False
        letter = letters.write(
            kind=Letter.Kind.MESSAGE,
            person=enrolment.person,
            enrolment=enrolment,
            key=key,
            due_at=at,
            subject=subject,
            text=text,
        )
        contact = Contact.objects.create(
            enrolment=enrolment, reason=reason, letter=letter, contacted_at=at, contacted_by=by
        )
    return contact, True


# ---------------------------------------------------------------- afterwards


def outcomes(cohort, *, now):
    """The contacts of the last month, the latest first, and whether the person came back. One query."""
    done = Completion.objects.filter(enrolment=OuterRef("enrolment"), completed_at__gt=OuterRef("contacted_at"))
    tried = Attempt.objects.filter(enrolment=OuterRef("enrolment"), opened_at__gt=OuterRef("contacted_at"))
    rows = (
        Contact.objects.filter(enrolment__cohort=cohort, contacted_at__gt=now - LOOK_BACK, contacted_at__lte=now)
        .select_related("enrolment__person")
        .annotate(
            done_on=Subquery(done.order_by("completed_at").values("completed_at")[:1]),
            tried_on=Subquery(tried.order_by("opened_at").values("opened_at")[:1]),
        )
        .order_by("-contacted_at", "-pk")
    )
    return [Outcome(contact, _back_on(contact)) for contact in rows]


def shares(found):
    """Of the people written to for each reason, how many came back; a reason of too few people says nothing."""
    people: dict[str, set[int]] = {}
    back: dict[str, set[int]] = {}
    for one in found:
        people.setdefault(one.contact.reason, set()).add(one.contact.enrolment_id)
        if one.back_on:
            back.setdefault(one.contact.reason, set()).add(one.contact.enrolment_id)
    return [
        Share(reason, len(back.get(reason, ())), len(people[reason]))
        for reason in Reason
        if len(people.get(reason, ())) >= ENOUGH
    ]


def _back_on(contact):
    """The first thing done after the contact; the last activity, when it left no other trace."""
    last = contact.enrolment.last_activity_at
    seen = [moment for moment in (contact.done_on, contact.tried_on) if moment]
    return min(seen, default=last if last > contact.contacted_at else None)


def _today(cohort, now):
    """The day where the cohort is; without one, where the site is."""
    return timezone.localtime(now, cohort.zone if cohort else None).date()


# Said with « vous », then with « tu »: the words to begin with, never sent without being read.
WORDS = {
    Reason.NEVER_STARTED: (
        (
            "Un coup de main pour commencer ?",
            "Votre place dans le parcours « {parcours} » vous attend. La première étape, « {prochaine étape} », "
            "est ici :\n{lien}\n\nSi quelque chose vous retient (le temps, l’accès au site, une question), "
            "dites-le-moi : nous chercherons ensemble.",
        ),
        (
            "Un coup de main pour commencer ?",
            "Ta place dans le parcours « {parcours} » t’attend. La première étape, « {prochaine étape} », "
            "est ici :\n{lien}\n\nSi quelque chose te retient (le temps, l’accès au site, une question), "
            "dis-le-moi : nous chercherons ensemble.",
        ),
    ),
    Reason.SILENT: (
        (
            "Où en êtes-vous ?",
            "Le parcours « {parcours} » vous attend depuis un moment. Tout ce que vous avez fait "
            "est gardé ; la suite est « {prochaine étape} » :\n{lien}\n\nSi le rythme ne convient pas, "
            "dites-moi ce qui vous aiderait.",
        ),
        (
            "Où en es-tu ?",
            "Le parcours « {parcours} » t’attend depuis un moment. Tout ce que tu as fait "
            "est gardé ; la suite est « {prochaine étape} » :\n{lien}\n\nSi le rythme ne convient pas, "
            "dis-moi ce qui t’aiderait.",
        ),
    ),
    Reason.STUCK: (
        (
            "À propos de « {quiz} »",
            "Le quiz « {quiz} » vous résiste, et c’est souvent le signe d’une question à éclaircir. Voulez-vous que "
            "nous en parlions ? Dites-moi ce qui n’est pas clair.\n\nPour relire ou recommencer :\n{lien}",
        ),
        (
            "À propos de « {quiz} »",
            "Le quiz « {quiz} » te résiste, et c’est souvent le signe d’une question à éclaircir. Veux-tu que "
            "nous en parlions ? Dis-moi ce qui n’est pas clair.\n\nPour relire ou recommencer :\n{lien}",
        ),
    ),
    Reason.NEARLY_DONE: (
        (
            "Plus que {reste}",
            "Vous y êtes presque : il reste {reste} avant la fin du parcours « {parcours} ». "
            "La prochaine est « {prochaine étape} » :\n{lien}\n\nBravo pour le chemin déjà fait.",
        ),
        (
            "Plus que {reste}",
            "Tu y es presque : il reste {reste} avant la fin du parcours « {parcours} ». "
            "La prochaine est « {prochaine étape} » :\n{lien}\n\nBravo pour le chemin déjà fait.",
        ),
    ),
    Reason.OTHER: (
        ("Des nouvelles du parcours « {parcours} »", "La suite de votre parcours est ici :\n{lien}"),
        ("Des nouvelles du parcours « {parcours} »", "La suite de ton parcours est ici :\n{lien}"),
    ),
}
ENDINGS = ("Vous pouvez me répondre à {adresse}.", "Tu peux me répondre à {adresse}.")
