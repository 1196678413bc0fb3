"""The words of every message: one function per message, no rule, nothing written or sent.

Each message has its subject, its text and its HTML side by side in
``learners/templates/learners/letters/``; those of the account are in
``lms/templates/account/email/``, under the names that allauth gives them. The text stands alone:
whoever reads no HTML misses nothing.
"""

import re
import unicodedata
from dataclasses import dataclass

import css_inline
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.template import Context, Engine
from django.urls import reverse

from courses.models import TrackPage
from courses.reveal import FEEDBACK, MARKS, SCORE
from courses.typography import FIXED, duree, heures, pluriel, typographie, typographie_html
from learners.places import filled, paragraphs

SUBJECT_LENGTH = 200  # the column of the letter
NAMED_STEPS = 3  # a reminder names the last ones, not the whole past

# Nothing is fetched; what depends on the reader's screen (dark, narrow) cannot be inlined and stays.
inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True)
class Composed:
    """A message as it will leave: one line of subject, plain text, and the same in HTML."""

    subject: str
    text: str
    html: str


def welcome(enrolment, outline, first_step, *, reminder_after):
    """Welcome to a track, with the first step in reach.

    In: the enrolment with its person and cohort, the track's outline, its first ``Step`` or None, and after how many
    days of silence the clock writes, or 0.
    """
    return _letter(
        "welcome",
        enrolment.person,
        track=outline.title,
        track_url=_absolute(outline.url),
        informal=outline.informal,
        modules=f"{len(outline.modules)} module{pluriel(len(outline.modules))}",
        hours=heures(outline.hours),
        cohort=enrolment.cohort.name if enrolment.cohort else "",
        step=_step(first_step),
        award=_award_in_sentence(TrackPage.Award(outline.award).label),
        reminder_after=_days(reminder_after) if reminder_after else "",
        space_url=_absolute(reverse("lms:dashboard")),
        password_url=_password_url(enrolment.person),
    )


def seat_given(enrolment, outline, step):
    """A seat of a cohort is theirs, after a wait.

    In: the enrolment with its person and cohort, the track's outline, the ``Step`` to go to or None.
    """
    return _letter(
        "seat_given",
        enrolment.person,
        track=outline.title,
        track_url=_absolute(outline.url),
        informal=outline.informal,
        cohort=enrolment.cohort.name,
        step=_step(step),
        password_url=_password_url(enrolment.person),
    )


def waiting(place, outline):
    """Somebody put them on a list, and every seat was taken: they wait, and will be told.

    In: the waiting place with its person and cohort, the outline of the cohort's track.
    """
    return _letter(
        "waiting",
        place.person,
        track=outline.title,
        track_url=_absolute(outline.url),
        informal=outline.informal,
        cohort=place.cohort.name,
    )


def reminder(enrolment, outline, done_steps, next_step, days, *, unsubscribe_url):
    """What is done, what comes next, and how to stop these letters.

    In: the enrolment with its person, the outline, the ``Step`` rows done in reading order, the
    next one (or None when authors took it away), whole days of silence, and the absolute address
    of the unsubscription.
    """
    done_required = sum(step.pk in outline.required_ids for step in done_steps)
    total = len(outline.required)
    return _letter(
        "reminder",
        enrolment.person,
        track=outline.title,
        track_url=_absolute(outline.url),
        informal=outline.informal,
        delay=_days(days),
        done=[step.title for step in done_steps[-NAMED_STEPS:]],
        count=f"{done_required}{FIXED}étape{pluriel(done_required)} sur{FIXED}{total}",
        more=len(done_steps) > NAMED_STEPS,
        step=_step(next_step),
        is_last=total - done_required == 1,
        award=_award_in_sentence(TrackPage.Award(outline.award).label),
        unsubscribe_url=unsubscribe_url,
    )


def note(enrolment, outline, *, subject, text, places, unsubscribe_url):
    """A reminder in the words of its rule.

    In: the enrolment with its person, the outline, the words with their places, what stands in each place by its
    folded name, and the absolute address of the unsubscription.
    """
    return _letter(
        "note",
        enrolment.person,
        heading=filled(subject, places),
        paragraphs=paragraphs(filled(text, places)),
        track=outline.title,
        informal=outline.informal,
        unsubscribe_url=unsubscribe_url,
    )


def reviews_to_do(person, outline, *, count, days, unsubscribe_url):
    """Answers wait for somebody who reviews.

    In: the reviewer, the outline of the track, how many answers wait, how many days the oldest has waited.
    """
    return _letter(
        "reviews_to_do",
        person,
        track=outline.title,
        count=f"{count}{FIXED}réponse{pluriel(count)}",
        several=count > 1,
        delay=_days(days),
        queue_url=_absolute(reverse("lms:reviews")),
        unsubscribe_url=unsubscribe_url,
    )


def digest(person, cohorts, *, unsubscribe_url):
    """The point of the week.

    In: somebody who leads cohorts, what is said of each (learners.digests), the one to help first at the head.
    """
    stalled = sum(one["stalled"] for one in cohorts)
    return _letter(
        "digest",
        person,
        cohorts=cohorts,
        several=len(cohorts) > 1,
        stalled=f"{stalled}{FIXED}personne{pluriel(stalled)}" if stalled else "",
        many=stalled > 1,
        cohorts_url=_absolute(reverse("lms:cohorts")),
        unsubscribe_url=unsubscribe_url,
    )


def certificate_ready(certificate):
    """The attestation is there; the sender attaches its PDF. Enrolment, person and track are read to address them."""
    return _letter(
        "certificate_ready",
        certificate.enrolment.person,
        track=certificate.track_title,
        module=certificate.module_title,
        informal=certificate.enrolment.track.informal,
        award=_award_in_sentence(certificate.award_label),
        check_url=_absolute(certificate.get_absolute_url()),
        code=certificate.printed_code,
        space_url=_absolute(reverse("lms:dashboard")),
    )


def answers_reviewed(attempt, count, *, shows_score, unsubscribe_url=""):
    """Somebody has read the answers: the result, and where to read what was said of them.

    In: an attempt with its quiz and its enrolment's person and track, how many answers were read,
    and whether the quiz shows the score now.
    """
    return _letter(
        "answers_reviewed",
        attempt.enrolment.person,
        track=attempt.enrolment.track.title,
        informal=attempt.enrolment.track.informal,
        quiz=attempt.quiz.title,
        several=count > 1,
        percent=attempt.percent if shows_score else None,
        passed=attempt.passed if shows_score else None,
        result_url=_absolute(reverse("lms:attempt", args=[attempt.pk])),
        unsubscribe_url=unsubscribe_url,
    )


def mark_changed(regrade, *, shown, unsubscribe_url=""):
    """A mark that was given has changed: what it was, what it is, as far as the quiz shows it.

    In: a regrade with its answer, that answer's review and attempt (quiz, enrolment's person and
    track), and the kinds of information that the quiz shows (courses.reveal).
    """
    answer, attempt = regrade.answer, regrade.answer.attempt
    changed = regrade.before != regrade.after
    return _letter(
        "mark_changed",
        attempt.enrolment.person,
        track=attempt.enrolment.track.title,
        informal=attempt.enrolment.track.informal,
        quiz=attempt.quiz.title,
        marked=changed and not shown.isdisjoint({MARKS, SCORE}),
        before=_points(regrade.before) if changed and MARKS in shown else "",
        after=_points(regrade.after),
        out_of=answer.max_points,
        percent=attempt.percent if changed and SCORE in shown else None,
        passed=attempt.passed if changed and SCORE in shown else None,
        lowered=regrade.after < regrade.before,
        commented=FEEDBACK in shown and regrade.comment_before != answer.review.comment,
        result_url=_absolute(reverse("lms:attempt", args=[attempt.pk])),
        unsubscribe_url=unsubscribe_url,
    )


def manager_message(enrolment, outline, next_step, *, subject, text, author, cohort, unsubscribe_url=""):
    """What a manager wrote, in their words, with their name under it.

    In: the enrolment with its person, the outline, the ``Step`` that comes next or None, the words with
    their places, who wrote them, and the cohort's name, empty without one.
    """
    facts = facts_for(enrolment, outline, next_step)
    return _letter(
        "manager_message",
        enrolment.person,
        heading=filled(subject, facts),
        paragraphs=paragraphs(filled(text, facts)),
        author=author.get_full_name(),
        cohort=cohort,
        track=outline.title,
        informal=outline.informal,
        unsubscribe_url=unsubscribe_url,
    )


def facts_for(enrolment, outline, next_step):
    """What stands in the places of a manager's message for this person."""
    return {
        "prenom": enrolment.person.first_name,
        "prochaine etape": next_step.title if next_step else outline.title,
        "lien": _absolute(next_step.url if next_step else outline.url),
    }


def account(template_prefix, context):
    """A message of the account: confirm an address, reset a password…

    In: allauth's prefix (``account/email/password_reset_key``) and context, whose addresses are
    absolute already.
    """
    links = {
        "login_url": _absolute(reverse("account_login")),
        "reset_url": _absolute(reverse("account_reset_password")),
    }
    facts = _common() | links | context
    return _compose(f"{template_prefix}_subject.txt", f"{template_prefix}_message", facts)


def message(composed, *, to, message_id, headers=None, attachments=()):
    """The MIME message: text, HTML, and attachments as (name, bytes, type) triples.

    ``message_id`` comes with its angle brackets and stays the same at each try. ``headers`` may
    carry the unsubscription (RFC 8058). A line break in a header is an error here, never a header
    more; in a subject it is a space.
    """
    # RFC 3834: an absent reader's automatic answer would reach nobody.
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated", **(headers or {})}
    if settings.BOUNCES_ADDRESS:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    for value in (to, *headers, *headers.values(), *(name for name, _content, _type in attachments)):
        if _one_line(value) != value:
            raise BadHeaderError(f"Header values cannot contain control characters (got {value!r})")
    mime = EmailMultiAlternatives(
        subject=_one_line(composed.subject),
        body=composed.text,
        # On the envelope: where a server that refuses it later writes.
        from_email=settings.BOUNCES_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
        attachments=list(attachments),
    )
    mime.attach_alternative(composed.html, "text/html")
    return mime


def _letter(name, person, **facts):
    """A letter to a learner, who is called by the first name when there is one."""
    facts = _common() | {"first_name": person.first_name} | facts
    return _compose(f"learners/letters/{name}.subject.txt", f"learners/letters/{name}", facts)


def _common():
    """What every template may use."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": _absolute("/"),
        "first_name": "",
        "unsubscribe_url": "",
        "preferences_url": _absolute(reverse("lms:preferences")),
    }


def _compose(subject_template, body_template, facts):
    subject = _subject(_plain(subject_template, facts))
    html = _template(f"{body_template}.html").render(Context(facts | {"subject": subject}))
    return Composed(
        subject=subject,
        text=_paragraphs(typographie(_plain(f"{body_template}.txt", facts))),
        html=inliner.inline(typographie_html(html)),
    )


def _template(name):
    return Engine.get_default().get_template(name)


def _plain(name, facts):
    """A text template rendered as text: nothing in it is to be escaped."""
    return _template(name).render(Context(facts, autoescape=False))


def _subject(text):
    """One line, cut where the column of the letter ends."""
    line = typographie(_one_line(text))
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _one_line(text):
    """The text without line breaks or other controls, which have no business in a header."""
    text = re.sub(r"[ \t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+", " ", text).strip()
    return "".join(character for character in text if unicodedata.category(character) != "Cc")


def _paragraphs(text):
    """The text with one empty line between paragraphs, however the template's conditions fell."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def absolute(path):
    """The address of this path, for somebody who is not on the site."""
    return settings.SITE_URL + path


def _absolute(path):
    return absolute(path)


def _days(count):
    return f"{count}{FIXED}jour{pluriel(count)}"


def _points(number):
    """« 3 points », « 1,5 point »."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",") + f"{FIXED}point{pluriel(number)}"


def _award_in_sentence(label):
    """« Attestation de suivi » in the middle of a sentence."""
    return label[:1].lower() + label[1:]


def _password_url(person):
    """Where somebody whom others enrolled chooses a first password; empty for whoever has one."""
    return "" if person.has_usable_password() else _absolute(reverse("account_reset_password"))


def _step(step):
    """What a letter says of a step, or None."""
    if step is None:
        return None
    return {
        "title": step.title,
        "what": f"{step.kind_label}, {duree(step.minutes)}",
        "url": _absolute(step.url),
    }
