"""The form that mends a wrong key: for each question, what becomes of the answers that were given."""

from django import forms

from courses.quizzes import plain

NEW, BOTH, ALL, OLD = "new", "both", "all", "old"
CHANGED = (
    (NEW, "Le nouveau corrigé seulement"),
    (BOTH, "L’ancien et le nouveau justes tous deux"),
    (ALL, "Les points pour tout le monde"),
    (OLD, "Ne rien changer"),
)
UNCHANGED = ((OLD, "Ne rien changer"), (ALL, "Les points pour tout le monde"))


class CorrectionForm(forms.Form):
    """One list per question; ``changed`` holds the ids of those whose key is no longer what it was."""

    def __init__(self, quiz, changed, *args, **kwargs):
        super().__init__(*args, **kwargs)
        questions = [one for one in quiz.questions if one.automatic and one.scored]
        for number, question in enumerate(questions, start=1):
            new = question.id in changed
            self.fields[f"q-{question.id}"] = forms.ChoiceField(
                label=f"{number}. {plain(question.prompt)}",
                choices=CHANGED if new else UNCHANGED,
                initial=NEW if new else OLD,
                help_text=f"Réponse juste aujourd’hui : {question.solution}" if new else "",
            )

    @property
    def choices(self):
        """What was chosen, as a key says it: by question id, without those of which nothing is to be said."""
        chosen = {name.removeprefix("q-"): value for name, value in self.cleaned_data.items() if name.startswith("q-")}
        return {question_id: value for question_id, value in chosen.items() if value != NEW}


class DecisionForm(forms.Form):
    """Who decides says why, and ticks what takes something away; ``seen`` is the digest of what they looked at."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, losing, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if losing:
            self.fields["may_lose"] = forms.BooleanField(
                label="Retirer aussi la réussite de cette tentative."
                if losing == 1
                else f"Retirer aussi la réussite de ces {losing} tentatives.",
                required=False,
                help_text="Sinon elles gardent leur note. Une étape terminée et une attestation restent acquises.",
            )
        self.fields["why"] = forms.CharField(
            label="Motif",
            max_length=500,
            error_messages={"required": "Dites pourquoi : le motif reste avec chaque note."},
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="Gardé avec chaque note qui change, la date et votre nom.",
        )
