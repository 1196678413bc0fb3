"""The form of a message to a cohort: to whom, which words, and when, in the time of the cohort."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.core import signing
from django.utils.dateparse import parse_datetime

from courses.typography import pluriel
from learners import messages
from learners.messages import LONGEST_SUBJECT, LONGEST_TEXT
from learners.places import PLACES, unknown_places
from learners.reporting import Status, board_of

SALT = "lms.messages.draft"
EVERYBODY, CHOSEN = "tous", "choix"
NOW, LATER = "maintenant", "plus-tard"


@dataclass(frozen=True)
class Audience:
    """Some people of a cohort; ``enrolments`` is None for whoever is there at the hour of the message."""

    key: str
    words: str
    enrolments: tuple | None
    count: int

    @property
    def label(self):
        """The words of a choice, with how many they are."""
        return f"{self.words} ({self.count} personne{pluriel(self.count)})"


def audiences_of(cohort, chosen_pks, *, now):
    """To whom one may write today: everybody, those of each state, and those who were chosen by their enrolments."""
    readers = {one.pk: one for one in messages.reachable(cohort).select_related("person").order_by("pk")}
    found = [Audience(EVERYBODY, "Toute la cohorte", None, len(readers))]
    chosen = tuple(one for pk, one in readers.items() if pk in chosen_pks)
    if chosen:
        found.insert(0, Audience(CHOSEN, "Les personnes choisies", chosen, len(chosen)))
    rows = board_of(cohort, now=now).rows
    for status in Status:
        some = tuple(readers[row.enrolment_pk] for row in rows if row.status == status and row.enrolment_pk in readers)
        if some:
            found.append(Audience(status.value, status.label.capitalize(), some, len(some)))
    return {one.key: one for one in found}, next(iter(chosen or readers.values()), None)


def chosen_in(values):
    """The primary keys in « 3,5 » or in several values of a form; what is no number is left out."""
    return {int(one) for value in values for one in value.split(",") if one.strip().isdecimal() and len(one) < 18}


class WordsForm(forms.Form):
    """The words of a message and its hour."""

    subject = forms.CharField(label="Objet", max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label="Message",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=f"Une ligne vide sépare deux paragraphes. {', '.join(PLACES[:-1])} et {PLACES[-1]} sont remplacés "
        "pour chaque personne. Le message part de l’adresse du site et porte votre nom : pour qu’on vous réponde, "
        "donnez-y votre adresse.",
    )
    when = forms.ChoiceField(
        label="Quand", choices=[(NOW, "Maintenant"), (LATER, "Plus tard")], widget=forms.RadioSelect, initial=NOW
    )
    day = forms.DateField(
        label="Jour",
        required=False,
        help_text="Pour un envoi plus tard.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(
        label="Heure", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args, cohort, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort, self.now = cohort, now
        self.fields["hour"].help_text = f"À l’heure de la cohorte : {cohort.get_time_zone_display()}."

    def clean_subject(self):
        """Refuse braces that nothing would replace."""
        return replaceable(self.cleaned_data["subject"])

    def clean_text(self):
        """Refuse braces that nothing would replace."""
        return replaceable(self.cleaned_data["text"])

    def clean(self):
        """A later message has a day and an hour to come."""
        super().clean()
        facts = self.cleaned_data
        facts["due_at"] = self.now
        if facts.get("when") == LATER:
            for name, words in (("day", "Donnez le jour de l’envoi."), ("hour", "Donnez l’heure de l’envoi.")):
                if not facts.get(name) and name not in self.errors:
                    self.add_error(name, words)
            if facts.get("day") and facts.get("hour"):
                facts["due_at"] = datetime.combine(facts["day"], facts["hour"], tzinfo=self.cohort.zone)
                if facts["due_at"] <= self.now:
                    self.add_error("day", "Ce moment est passé.")
        return facts

    @property
    def words(self):
        """The arguments of the verbs."""
        return {name: self.cleaned_data[name] for name in ("subject", "text", "due_at")}


class MessageForm(WordsForm):
    """A new message, to some people of the cohort."""

    personnes = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ["to", "subject", "text", "when", "day", "hour", "personnes"]

    def __init__(self, *args, audiences, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ChoiceField(
            label="À qui",
            choices=[(one.key, one.label) for one in audiences.values()],
            initial=next(iter(audiences)),
            widget=forms.RadioSelect,
            help_text="Toute la cohorte : celles et ceux qui en feront partie au moment de l’envoi.",
        )
        self.order_fields(self.field_order)


def replaceable(text):
    """The text, or a ValidationError that names what nothing would replace."""
    unknown = unknown_places(text)
    if unknown:
        raise forms.ValidationError(
            f"« {unknown[0]} » ne sera pas remplacé : entre accolades, écrivez seulement {', '.join(PLACES)}."
        )
    return text


def draft_of(person, cohort, moment):
    """The token of a form: who drafts, for which cohort, and when."""
    return signing.dumps([person.pk, cohort.pk, moment.isoformat()], salt=SALT)


def drafted_at(token, person, cohort):
    """The moment of a token that this person got for this cohort, or None."""
    try:
        person_pk, cohort_pk, moment = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return parse_datetime(moment) if (person_pk, cohort_pk) == (person.pk, cohort.pk) else None
