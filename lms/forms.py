"""Forms: fields and words; consequences are the verbs'."""

from dataclasses import dataclass

from django import forms
from django.forms.renderers import TemplatesSetting

from courses.quizzes import MultipleChoice, Question
from learners import documents
from learners.merging import Clash


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
        raise forms.ValidationError(
            "Nous ne savons pas imprimer certains de ces caractères sur une attestation : "
            "écrivez votre nom en lettres latines."
        )
    return name


@dataclass(frozen=True)
class Option:
    """A proposed answer as a form control."""

    id: str
    text: str
    checked: bool
    html_id: str


@dataclass(frozen=True)
class QuestionField:
    """A question as a group of controls; ``name`` is the HTML field name."""

    number: int
    total: int
    question: Question
    chosen: list[str]
    missing: bool
    # Another page gave the answer ``there`` meanwhile; ``chosen`` is not stored if this page differs.
    clash: Clash | None
    there: str

    @property
    def name(self):
        """The name of the controls."""
        return field_name(self.question.id)

    @property
    def multiple(self):
        """Whether several answers may be ticked."""
        return isinstance(self.question, MultipleChoice)

    @property
    def options(self):
        """The controls, in the order of the author."""
        return [
            Option(id=option.id, text=option.text, checked=option.id in self.chosen, html_id=f"{self.name}-{position}")
            for position, option in enumerate(self.question.options, start=1)
        ]


class QuizForm:
    """The questions of an attempt with the answers kept so far, and which are missing."""

    def __init__(self, quiz, kept, *, missing=(), clashes=()):
        clash = {one.question_id: one for one in clashes}
        typed = {one.question_id: one.here for one in clashes if one.touched}
        self.questions = [
            QuestionField(
                number=number,
                total=len(quiz.questions),
                question=question,
                chosen=typed.get(question.id, kept.get(question.id, [])),
                missing=question.id in missing,
                clash=clash.get(question.id),
                there=question.say(kept.get(question.id, [])),
            )
            for number, question in enumerate(quiz.questions, start=1)
        ]

    @property
    def missing(self):
        """The questions that were left blank when the person tried to send."""
        return [field for field in self.questions if field.missing]

    @property
    def clashing(self):
        """The questions that were answered otherwise from another page."""
        return [field for field in self.questions if field.clash]


PREFIX = "q-"


def field_name(question_id):
    """The HTML name of the controls of a question."""
    return f"{PREFIX}{question_id}"


def responses_in(data):
    """The responses of a posted quiz form, by question id. Whether they fit is the verb's to say.

    An unticked group posts nothing; the empty hidden control of each group tells « left blank »
    from « not on this page ».
    """
    return {
        name.removeprefix(PREFIX): [value for value in data.getlist(name) if value]
        for name in data
        if name.startswith(PREFIX)
    }


class Preferences(forms.Form):
    """What a person accepts to receive."""

    reminders = forms.BooleanField(
        label="Recevoir une relance quand je m’interromps",
        required=False,
        help_text="Un message au plus par interruption, avec ce qui est fait et ce qui vient ensuite.",
    )


class Profile(forms.Form):
    """The name that attestations bear."""

    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)

    clean_first_name = NameOnSignup.clean_first_name
    clean_last_name = NameOnSignup.clean_last_name
