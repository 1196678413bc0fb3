"""Whether a letter still has an object: asked of the rows again when it is about to leave."""

import re

from django.db.models import Count, Min

from courses.outline import outline_by_pk
from learners import access, addresses, subscriptions
from learners.departures import WEEK
from learners.models import Answer, CohortLead, CohortSession, Letter, ReminderRule, WaitingPlace
from learners.records import record_of
from learners.standing import next_step

Kind = ReminderRule.Kind


def why_drop(letter, *, now):
    """Why this letter should not leave any more, in French; empty if it should."""
    if letter.kind in {Letter.Kind.ACCOUNT, Letter.Kind.TRIAL}:
        return ""
    if not letter.person.is_active:
        return "le compte est fermé"
    if subscriptions.refuses(letter.person, letter.kind):
        return "la personne ne veut plus recevoir ces messages"
    if letter.kind in subscriptions.REFUSABLE and addresses.fails(letter.person, letter.address):
        return "l’adresse ne répond pas"
    if letter.kind == Letter.Kind.TASK:
        return "" if waiting_for(letter)[0] else "plus aucune réponse n’attend"
    if letter.kind == Letter.Kind.DIGEST:
        return _why_not_lead(letter, now=now)
    if letter.kind == Letter.Kind.CERTIFICATE:
        return _why_not_attest(letter)
    if letter.key.startswith("waiting:"):
        return _why_not_waiting(letter)
    return _why_not_learning(letter, now=now)


def _why_not_attest(letter):
    """Why an attestation is not to be sent any more; empty if it is. What replaced it has a letter of its own."""
    certificate = letter.certificate
    if certificate is None or certificate.is_replaced:
        return "l’attestation a été remplacée"
    return "l’attestation a été révoquée" if certificate.revoked_at else ""


def _why_not_lead(letter, *, now):
    """Why the point of the week is no longer for this person: it leads to pages of cohorts; empty if it still is."""
    if now - letter.due_at >= WEEK:
        return "une autre semaine a commencé"
    led = set(CohortLead.objects.filter(person=letter.person_id).values_list("cohort", flat=True))
    told = {int(pk) for pk in re.findall(r"/cohortes/(\d+)/", letter.text)}
    return "" if told <= led else "la personne ne mène plus cette cohorte"


def _why_not_waiting(letter):
    """Why somebody has nothing to wait for any more; empty if they still wait."""
    places = WaitingPlace.objects.waiting().select_related("cohort")
    place = places.filter(pk=letter.key.removeprefix("waiting:")).first()
    gone = place is None or outline_by_pk(place.cohort.track_id) is None
    return "la personne n’attend plus de place" if gone else ""


def _why_not_learning(letter, *, now):
    """Why a letter about the track of somebody has lost its object; empty if it has not."""
    enrolment = letter.enrolment
    if enrolment.withdrawn_at is not None:
        return "la personne s’est retirée du parcours"
    outline = outline_by_pk(enrolment.track_id)
    if outline is None:
        return "le parcours n’est plus proposé"
    if letter.kind == Letter.Kind.SEAT and enrolment.cohort_id is None:
        return "la personne ne suit plus la cohorte"
    return _why_not_remind(letter, outline, now=now) if letter.kind == Letter.Kind.REMINDER else ""


def _why_not_remind(letter, outline, *, now):
    """Why this reminder has become pointless, in French; empty while it is not."""
    rule = letter.rule
    if rule is not None and not rule.on:
        return "ce rappel a été désactivé"
    match rule.kind if rule else Kind.INACTIVE:
        case Kind.LATER:
            return ""
        case Kind.SESSION:
            return _why_not_session(letter, now=now)
        case Kind.CLOSING:
            return _why_not_closing(letter, now=now)
    return _why_not_silent(letter, outline, now=now)


def _why_not_session(letter, *, now):
    """Why a session needs no reminder any more; empty if it does."""
    session = session_of(letter)
    if session is None or f":{session.starts_at:%Y%m%d%H%M}:" not in letter.key:
        return "la séance a changé de date"
    return "la séance a commencé" if session.starts_at <= now else ""


def _why_not_closing(letter, *, now):
    """Why the end of a cohort needs no reminder any more; empty if it does."""
    enrolment = letter.enrolment
    if enrolment.completed_at is not None:
        return "le parcours est terminé"
    closes_on = enrolment.cohort.closes_on if enrolment.cohort else None
    if closes_on is None or f"{closes_on:%Y-%m-%d}" not in letter.key:
        return "la fin de la cohorte a changé de date"
    return "la cohorte est terminée" if now.astimezone(enrolment.cohort.zone).date() > closes_on else ""


def _why_not_silent(letter, outline, *, now):
    """Why a silence needs no reminder any more; empty if it does."""
    enrolment = letter.enrolment
    if enrolment.completed_at is not None:
        return "le parcours est terminé"
    if f":{enrolment.last_activity_at:%Y%m%d%H%M%S}" not in letter.key:
        return "la personne est revenue"
    record = record_of(enrolment.pk)
    left = [step for step in outline.steps if step.pk not in record.done]
    if left and next_step(outline, record=record, now=now) is None:
        return "rien n’est ouvert à la personne pour l’instant"
    return ""


def session_of(letter):
    """The session that this reminder is about, or None when it is no more."""
    pk = letter.key.split(":")[3]
    return CohortSession.objects.select_related("step").filter(pk=pk, cohort=letter.enrolment.cohort_id).first()


def waiting_for(letter):
    """How many answers of the track this reviewer may read and that wait, and since when the oldest does."""
    waiting = Answer.objects.awaiting().filter(
        access.reviewable_by(letter.person), attempt__enrolment__track=letter.rule.track_id
    )
    found = waiting.aggregate(count=Count("pk"), oldest=Min("attempt__submitted_at"))
    return found["count"], found["oldest"]
