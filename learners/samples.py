"""The kinds of letters that may be looked at before they leave, and for each, the rows for whom it makes sense."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_

from django.db.models import F, Min, Q, QuerySet

from courses.outline import outlines
from learners import access, digests, emails, relevance, reminders, subscriptions
from learners.models import (
    Answer,
    Attempt,
    Certificate,
    CohortLead,
    Enrolment,
    Letter,
    Regrade,
    ReminderRule,
    User,
    WaitingPlace,
)

Kind = Letter.Kind
Rule = ReminderRule.Kind

# Stand where a letter of the account holds a code or a link: neither opens anything.
CODE = "EXEMPLE"
LINK = "/compte/mot-de-passe/nouveau/exemple-exemple/"
ACCOUNT = {
    "email_confirmation_signup": "Compte : code de confirmation",
    "account_already_exists": "Compte : il existe déjà",
    "password_reset_key": "Compte : nouveau mot de passe",
    "password_changed": "Compte : mot de passe changé",
}


@dataclass(frozen=True)
class Sample:
    """One kind of letter.

    ``rows`` are those for whom it makes sense at a moment, the most recent first; ``person`` and ``track`` lead from a
    row to them, by attributes parted by « __ », and ``track`` is empty where no track gives its voice. ``letter`` makes
    of a row, at a moment, the Letter as it would leave, unsaved; None when there is nothing to say.
    """

    label: str
    rows: Callable[[datetime], QuerySet]
    letter: Callable
    person: str = "person"
    track: str = "track"

    def found(self, *, now, words="", informal=None):
        """The rows whose person has these words in their name or address, in the voice asked for."""
        rows = self.rows(now)
        for word in words.split():
            named = ({f"{self._to(name)}__icontains": word} for name in ("first_name", "last_name", "email"))
            rows = rows.filter(reduce(or_, (Q(**one) for one in named)))
        if informal is None:
            return rows
        return rows.filter(**{f"{self.track}__informal": informal}) if self.track else rows

    def _to(self, name):
        return f"{self.person}__{name}" if self.person else name

    def person_of(self, row):
        """Whom the letter of this row is for."""
        return _follow(row, self.person)

    def words_of(self, row):
        """Whom this row is about, and in which track."""
        track = _follow(row, self.track) if self.track else None
        return f"{self.person_of(row)}, parcours « {track} »" if track else f"{self.person_of(row)}"


def _follow(row, path):
    return reduce(getattr, path.split("__"), row) if path else row


def _letter(kind, enrolment, *, now, key="preview", rule=None):
    """The unsaved Letter about this enrolment."""
    person = enrolment.person
    return Letter(kind=kind, person=person, address=person.email, enrolment=enrolment, rule=rule, key=key, due_at=now)


def _enrolments(now):
    rows = Enrolment.objects.active().filter(track__live=True, person__is_active=True, person__is_staff=False)
    return rows.select_related("person__letter_choices", "cohort", "track").order_by("-last_activity_at", "-pk")


# ---------------------------------------------------------------- reminders


def _reminded(kind, now):
    """The enrolments that a reminder of this kind may be about."""
    rows = _enrolments(now)
    if kind in ReminderRule.SILENCES:
        days = ReminderRule.objects.filter(kind=kind).aggregate(least=Min("delay"))["least"] or 1
        rows = rows.unfinished().filter(last_activity_at__lte=now - timedelta(days=days))
    match kind:
        case Rule.SESSION:
            return rows.filter(cohort__sessions__starts_at__gt=now).distinct()
        case Rule.LATER:
            return rows.filter(completed_at__isnull=False)
        case Rule.CLOSING:
            return rows.unfinished().filter(cohort__closes_on__gte=now.date())
        case Rule.NOT_STARTED:
            return rows.filter(completions__isnull=True, attempts__isnull=True)
        case Rule.WEEK_TWO:
            return rows.filter(completions__isnull=False).distinct()
        case Rule.LAST_STEP:
            return rows.filter(pk__in=[pk for one in outlines() for pk in _at_last_step(one)])
    return rows


def _at_last_step(outline):
    rows = Enrolment.objects.active().unfinished().filter(track=outline.pk)
    left = rows.annotate(done=reminders.done_in(outline)).filter(done=len(outline.required) - 1)
    return left.order_by("-last_activity_at").values_list("pk", flat=True)[:100]


def _reminder(kind, enrolment, *, now):
    known = ReminderRule.objects.filter(track=enrolment.track_id, kind=kind).order_by("place", "pk")
    own = known.filter(cohort=enrolment.cohort_id).first() or known.filter(cohort=None).first()
    rule = own or ReminderRule(track_id=enrolment.track_id, kind=kind, delay=1)
    key = "preview"
    if kind == Rule.SESSION:
        session = enrolment.cohort.sessions.filter(starts_at__gt=now).order_by("starts_at").first()
        key = f"reminder:{enrolment.pk}:session:{session.pk}"
    return _letter(Kind.REMINDER, enrolment, now=now, key=key, rule=rule)


# ---------------------------------------------------------------- those who work here


def _leads(now):
    return _staff(User.objects.filter(pk__in=CohortLead.objects.values("person")))


def _staff(people):
    return people.filter(is_active=True).order_by(F("last_login").desc(nulls_last=True), "-pk")


def _digest(person, *, now):
    stop = subscriptions.address_to_stop(person.pk, Kind.DIGEST)
    found = digests.points(person, now=now)
    if not any(one.tells for one in found):
        return None
    return _composed(Kind.DIGEST, person, digests.compose(person, found, unsubscribe_url=stop), now=now)


def _reviewers(now):
    if not Answer.objects.awaiting().exists():
        return User.objects.none()
    return _staff(access.reviewers())


def _task(person, *, now):
    tracks = Answer.objects.awaiting().order_by().values_list("attempt__enrolment__track", flat=True).distinct()
    for track in tracks:
        rule = ReminderRule(track_id=track, kind=Rule.REVIEWS, delay=1)
        letter = Letter(kind=Kind.TASK, person=person, address=person.email, rule=rule, key="preview", due_at=now)
        if relevance.waiting_for(letter)[0]:
            return letter
    return None


# ---------------------------------------------------------------- the account


def _people(now):
    return User.objects.filter(is_active=True).order_by("-date_joined", "-pk")


def _account(name, person, *, now):
    link = emails.absolute(LINK)
    facts = {"user": person, "email": person.email, "code": CODE, "password_reset_url": link}
    return _composed(Kind.ACCOUNT, person, emails.account(f"account/email/{name}", facts), now=now)


def _composed(kind, person, composed, *, now):
    words = {"subject": composed.subject, "text": composed.text, "html": composed.html}
    return Letter(kind=kind, person=person, address=person.email, key="preview", due_at=now, **words)


# ---------------------------------------------------------------- the others


def _given(now):
    return _enrolments(now).filter(cohort__isnull=False)


def _waiting(now):
    rows = WaitingPlace.objects.waiting().filter(cohort__track__live=True, person__is_active=True)
    return rows.select_related("person", "cohort__track").order_by("-pk")


def _to_wait(place, *, now):
    person = place.person
    return Letter(kind=Kind.SEAT, person=person, address=person.email, key=f"waiting:{place.pk}", due_at=now)


def _certificates(now):
    rows = Certificate.objects.not_replaced().filter(revoked_at__isnull=True)
    return rows.select_related("enrolment__person", "enrolment__track").order_by("-issued_at", "-pk")


def _read(now):
    rows = Attempt.objects.filter(answers__review__graded_at__isnull=False).distinct()
    return rows.select_related("enrolment__person", "enrolment__track").order_by("-submitted_at", "-pk")


def _changed(now):
    rows = Regrade.objects.select_related("answer__attempt__enrolment__person", "answer__attempt__enrolment__track")
    return rows.order_by("-at", "-pk")


def _messages(now):
    rows = Letter.objects.filter(kind=Kind.MESSAGE, enrolment__track__live=True).order_by("-due_at", "-pk")
    return rows.select_related("person", "enrolment__person", "enrolment__cohort", "enrolment__track")


SAMPLES = {
    "welcome": Sample("Bienvenue", _enrolments, partial(_letter, Kind.WELCOME)),
    **{
        f"reminder-{kind}": Sample(f"Rappel : {kind.label}", partial(_reminded, kind), partial(_reminder, kind))
        for kind in Rule
        if kind != Rule.REVIEWS
    },
    "certificate": Sample(
        "Attestation",
        _certificates,
        lambda row, *, now: _letter(Kind.CERTIFICATE, row.enrolment, now=now, key=f"certificate:{row.pk}"),
        "enrolment__person",
        "enrolment__track",
    ),
    "review": Sample(
        "Relecture : réponses lues",
        _read,
        lambda row, *, now: _letter(Kind.REVIEW, row.enrolment, now=now, key=f"review:{row.pk}"),
        "enrolment__person",
        "enrolment__track",
    ),
    "regrade": Sample(
        "Relecture : note modifiée",
        _changed,
        lambda row, *, now: _letter(Kind.REVIEW, row.answer.attempt.enrolment, now=now, key=f"regrade:{row.pk}"),
        "answer__attempt__enrolment__person",
        "answer__attempt__enrolment__track",
    ),
    "seat": Sample("Place obtenue", _given, partial(_letter, Kind.SEAT)),
    "waiting": Sample("Place en liste d’attente", _waiting, _to_wait, "person", "cohort__track"),
    "message": Sample("Message de responsable", _messages, lambda row, *, now: row, "person", "enrolment__track"),
    "task": Sample("Relectures à faire", _reviewers, _task, "", ""),
    "digest": Sample("Le point de la semaine", _leads, _digest, "", ""),
    **{f"account-{name}": Sample(label, _people, partial(_account, name), "", "") for name, label in ACCOUNT.items()},
}
