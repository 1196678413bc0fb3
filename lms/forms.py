"""Forms: fields and words; consequences are the verbs'."""

from django import forms
from django.forms.renderers import TemplatesSetting

from learners import documents


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
