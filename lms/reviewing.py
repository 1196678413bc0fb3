"""Reviews of open answers on the screen: the rows of the queue, and the form of a reader."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone

from courses.typography import pluriel


@dataclass(frozen=True)
class Waiting:
    """An answer in the queue. Whose it is, is not said: the text is read, not its author.

    ``holder`` is the name of somebody else who reads it now, ``mine`` that this person does; both
    until ``held_until``.
    """

    pk: int
    asked: str
    track_title: str
    quiz_title: str
    sent_at: datetime
    days: int
    mine: bool
    holder: str
    held_until: datetime | None


def waiting_of(answers, *, person, now):
    """One Waiting per answer of the queue, as this person sees them."""
    return [_waiting(answer, person, now) for answer in answers]


def _waiting(answer, person, now):
    review, attempt = getattr(answer, "review", None), answer.attempt
    holder = review.holder(now) if review else None
    return Waiting(
        pk=answer.pk,
        asked=answer.asked,
        track_title=attempt.enrolment.track.title,
        quiz_title=attempt.quiz.title,
        sent_at=attempt.submitted_at,
        days=(timezone.localdate(now) - timezone.localdate(attempt.submitted_at)).days,
        mine=holder == person,
        holder=str(holder) if holder not in {None, person} else "",
        held_until=review.claimed_until if review and holder else None,
    )


class ReviewForm(forms.Form):
    """Points for each criterion, and a comment."""

    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="La personne le lira avec son résultat. Votre nom n’est pas montré.",
    )

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, **kwargs)
        self.levels = {criterion.id: f"points-{criterion.id}" for criterion in criteria}
        for criterion in criteria:
            self.fields[self.levels[criterion.id]] = forms.TypedChoiceField(
                label=criterion.text,
                choices=[(points, f"{points} point{pluriel(points)}") for points in range(criterion.points + 1)],
                coerce=int,
                widget=forms.RadioSelect(attrs={"class": "levels"}),
                error_messages={"required": "Choisissez un nombre de points."},
            )
        self.order_fields([*self.levels.values(), "comment"])

    @property
    def given(self):
        """What the verbs take: the points by criterion id, and the comment."""
        return {
            "levels": {criterion: self.cleaned_data[name] for criterion, name in self.levels.items()},
            "comment": self.cleaned_data["comment"],
        }


class AmendForm(ReviewForm):
    """The same for a mark that was given: what it is now, and why it changes."""

    why = forms.CharField(
        label="Motif de la modification",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Il reste dans l’historique de la note, avec votre nom. La personne ne le lit pas.",
    )

    def __init__(self, *args, criteria, review, **kwargs):
        super().__init__(*args, criteria=criteria, **kwargs)
        self.initial = {self.levels[key]: value for key, value in review.levels.items()} | {"comment": review.comment}

    @property
    def given(self):
        """What the verb takes."""
        return super().given | {"why": self.cleaned_data["why"]}
