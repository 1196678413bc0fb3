"""Forms: fields and words; consequences are the verbs'."""

from datetime import timedelta

from django import forms
from django.forms.renderers import TemplatesSetting

from courses.typography import folded
from learners import documents, subscriptions
from learners.models import Sector, Territory

FIND = "Son nom, une partie de son nom, ou son adresse e-mail."
# How many people are named when several answer to the same words.
MOST_NAMED = 5
LONGEST_PAUSE = timedelta(days=365)


class Renderer(TemplatesSetting):
    """One template for every form and one for every field."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class NameOnSignup(forms.Form):
    """The name that attestations will bear, asked once at sign-up."""

    first_name = forms.CharField(
        label="Prénom", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label="Nom",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        help_text="Vos prénom et nom figureront sur vos attestations.",
    )

    field_order = ["first_name", "last_name", "email", "password1"]

    def clean_first_name(self):
        """Refuse what an attestation could not print."""
        return printable(self.cleaned_data["first_name"])

    def clean_last_name(self):
        """Refuse what an attestation could not print."""
        return printable(self.cleaned_data["last_name"])

    def signup(self, request, user):
        """Called by allauth once the account exists; the name was set with the others."""


def printable(name):
    """The name, or a ValidationError when the attestation's typeface cannot print it."""
    name = " ".join(name.split())
    if not documents.printable(name):
        raise forms.ValidationError(documents.UNPRINTABLE)
    return name


class Preferences(forms.Form):
    """What a person accepts to receive, where they live and until when they want no reminder."""

    reminder = forms.BooleanField(
        label="Rappels",
        required=False,
        help_text="Quand vous vous interrompez, avant une séance ou une clôture. Deux par semaine au plus, ni la nuit, "
        "ni le dimanche, ni les jours fériés.",
    )
    message = forms.BooleanField(
        label="Messages des responsables",
        required=False,
        help_text="Ce que les responsables de vos cohortes vous écrivent.",
    )
    review = forms.BooleanField(
        label="Relectures", required=False, help_text="Quand quelqu’un a lu vos réponses, ou qu’une note a changé."
    )
    task = forms.BooleanField(
        label="Relectures à faire", required=False, help_text="Quand des réponses attendent votre relecture."
    )
    digest = forms.BooleanField(
        label="Le point de la semaine",
        required=False,
        help_text="Le lundi matin, ce qui compte dans les cohortes dont vous êtes responsable.",
    )
    everything = forms.BooleanField(
        label="Ne m’envoyer que l’indispensable",
        required=False,
        help_text="Votre compte, votre arrivée dans un parcours ou une cohorte, vos attestations. Vaut pour tous vos "
        "parcours, ceux de demain aussi.",
    )
    no_reminder_before = forms.DateField(
        label="Pas de rappel avant le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vacances, examens, surcharge : d’ici là, aucun rappel ne part.",
    )
    territory = forms.ChoiceField(
        label="Où je vis",
        required=False,
        choices=[("", "Comme ma cohorte"), *Territory.choices],
        help_text="Donne l’heure de vos messages et les jours fériés où rien ne part.",
    )

    RECEIVED = ("reminder", "message", "review", "task", "digest")

    def __init__(self, *args, today, reviewer, leads, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        if not reviewer:
            del self.fields["task"]
        if not leads:
            del self.fields["digest"]

    @classmethod
    def initial_of(cls, refused, chosen):
        """What the form shows of what was chosen before."""
        return {
            **{name: name not in refused for name in cls.RECEIVED},
            "everything": subscriptions.EVERYTHING in refused,
            "no_reminder_before": chosen.no_reminder_before,
            "territory": chosen.territory,
        }

    def clean_no_reminder_before(self):
        """A pause ends; one that is over is no pause."""
        day = self.cleaned_data["no_reminder_before"]
        if day is None or day <= self.today:
            return None
        if day > self.today + LONGEST_PAUSE:
            raise forms.ValidationError("Un an au plus : au-delà, décochez plutôt les rappels.")
        return day

    def refused(self, before):
        """The kinds refused, with what was refused before of those that this form does not show."""
        shown = [name for name in self.RECEIVED if name in self.fields]
        kept = {name for name in before if name in self.RECEIVED and name not in shown}
        chosen = {name for name in shown if not self.cleaned_data[name]}
        return kept | chosen | ({subscriptions.EVERYTHING} if self.cleaned_data["everything"] else set())


class Profile(forms.Form):
    """The name that attestations bear."""

    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)

    clean_first_name = NameOnSignup.clean_first_name
    clean_last_name = NameOnSignup.clean_last_name


class CodeForm(forms.Form):
    """The code of an invitation."""

    code = forms.CharField(
        label="Code d’invitation",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text="Dix lettres et chiffres, par exemple ABCDE-23456. Les tirets, les espaces et les majuscules ne "
        "comptent pas.",
    )


class JoinForm(forms.Form):
    """Whom somebody comes from; nobody has to say."""

    organisation = forms.CharField(
        label="Votre organisation",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="Association, entreprise, mairie, école…",
    )
    sector = forms.ChoiceField(
        label="Son secteur", required=False, choices=[("", "Je ne précise pas"), *Sector.choices]
    )

    def clean_organisation(self):
        """Refuse what an attestation could not print."""
        return printable(self.cleaned_data["organisation"])


class InvitationForm(forms.Form):
    """How long an invitation opens the cohort."""

    days = forms.TypedChoiceField(
        label="Valable",
        coerce=int,
        choices=[("7", "une semaine"), ("30", "un mois"), ("90", "trois mois"), ("0", "jusqu’à la fin de la cohorte")],
        initial="30",
    )

    def expires_at(self, now):
        """The moment from which it no longer works, or None."""
        days = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None


class PairForm(forms.Form):
    """Two people of a cohort who have no pair, each found by a name or an address."""

    first = forms.CharField(
        label="Première personne", max_length=200, help_text=FIND, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    second = forms.CharField(
        label="Deuxième personne", max_length=200, help_text=FIND, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, alone, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.alone = alone

    def clean_first(self):
        """The enrolment of whom these words name."""
        return named(self.cleaned_data["first"], self.alone)

    def clean_second(self):
        """The enrolment of whom these words name."""
        return named(self.cleaned_data["second"], self.alone)

    def clean(self):
        """Nobody is a pair alone."""
        chosen = super().clean() or {}
        if chosen.get("first") and chosen.get("first") == chosen.get("second"):
            self.add_error("second", "Choisissez une autre personne : un binôme en réunit deux.")
        return chosen


def named(words, alone):
    """The one of these enrolments whose person these words name, wholly or in part; else a ValidationError."""
    wanted = folded(words).split()
    close = [row for row in alone if all(word in folded(f"{row.person} {row.person.email}") for word in wanted)]
    whole = [row for row in close if wanted in (folded(str(row.person)).split(), [folded(row.person.email)])]
    found = whole or close
    if not found:
        raise forms.ValidationError("Personne de ce nom ou de cette adresse n’est sans binôme dans la cohorte.")
    if len(found) > 1:
        names = ", ".join(f"{row.person} ({row.person.email})" for row in found[:MOST_NAMED])
        more = ", et d’autres" if len(found) > MOST_NAMED else ""
        raise forms.ValidationError(f"Plusieurs personnes correspondent : {names}{more}. Écrivez l’adresse e-mail.")
    return found[0]


class ReasonForm(forms.Form):
    """Why somebody decides; kept with their name."""

    reason = forms.CharField(label="Motif", max_length=240, help_text="Gardé avec votre nom et la date.")


class DetailsForm(ReasonForm):
    """Whom somebody comes from, as who leads their cohort corrects it."""

    organisation = forms.CharField(label="Organisation", max_length=160, required=False)
    sector = forms.ChoiceField(label="Secteur", required=False, choices=[("", "Non renseigné"), *Sector.choices])

    field_order = ["organisation", "sector", "reason"]

    clean_organisation = JoinForm.clean_organisation


class RosterForm(forms.Form):
    """A list of people as a file."""

    file = forms.FileField(
        label="Fichier",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text="CSV ou XLSX, 2 000 lignes et 2 Mo au plus. Rien n’est encore enregistré.",
    )
