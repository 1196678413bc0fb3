"""A letter as somebody would receive it, before it leaves: to look at, or to send to oneself. Writes nothing else."""

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape

from learners import delivery, emails, letters
from learners.models import Letter

TRIAL = "Essai"


@dataclass(frozen=True)
class Preview:
    """A letter as it would leave. Its link of unsubscription leads to the preferences: it would act for its reader."""

    letter: Letter
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: tuple[str, ...]


def preview(sample, row, *, now):
    """The Preview of the letter of this row, or None when there is nothing to say."""
    letter = sample.letter(row, now=now)
    if letter is None:
        return None
    composed, attachments = delivery.compose(letter, now=now)
    headers = delivery.headers_of(letter)
    return Preview(
        letter=letter,
        subject=composed.subject,
        text=_harmless(composed.text, headers),
        html=_harmless(composed.html, headers),
        headers={name: _shortened(value) for name, value in headers.items()},
        attachments=tuple(name for name, _content, _type in attachments),
    )


def send_trial(shown, *, to, token, at):
    """Send this Preview to this person alone, marked as a trial: one letter for each token. Returns it."""
    said = f"{TRIAL} : ce message n’est parti qu’à vous. Il s’adresse à {shown.letter.person}."
    subject = f"[{TRIAL}] {shown.subject}"[: emails.SUBJECT_LENGTH]
    # Its attestation, when the letter brings one.
    about = shown.letter.key.split(":")[1] if shown.attachments else ""
    mark = f'<p style="padding:8px 12px;background-color:#f6f1e7;color:#1f2a44">{escape(said)}</p>'
    return letters.write(
        kind=Letter.Kind.TRIAL,
        person=to,
        key=f"trial:{about}:{to.pk}:{token}",
        due_at=at,
        enrolment=shown.letter.enrolment if shown.attachments else None,
        subject=subject,
        text=f"{said}\n\n{shown.text}",
        html=re.sub(r"<body[^>]*>", lambda found: found[0] + mark, shown.html, count=1),
    )


def _harmless(words, headers):
    """The words with the preferences in place of the link that would unsubscribe their reader."""
    url = headers.get("List-Unsubscribe", "").strip("<>")
    return words.replace(url, emails.absolute(reverse("lms:preferences"))) if url else words


def _shortened(value):
    """A header that shows its shape, and not the token that would act for somebody."""
    return re.sub(r"(/messages/.{6})[^/]*", r"\1…", value)
