"""What a module asks before it opens."""

from django.core.exceptions import ValidationError
from wagtail import blocks


class PrerequisiteBlock(blocks.StructBlock):
    """A step or a module that must be done first, with a score where it is a quiz."""

    page = blocks.PageChooserBlock(label="Étape ou module", target_model="wagtailcore.Page")
    score = blocks.IntegerBlock(
        label="Score minimal (%)",
        required=False,
        min_value=1,
        max_value=100,
        help_text="Pour un quiz seulement. Vide : il suffit qu’il soit terminé.",
    )

    class Meta:
        icon = "lock"
        label = "Prérequis"

    def clean(self, value):
        """Refuse what can never be done: only steps and modules are, and only a quiz has a score."""
        cleaned = super().clean(value)
        if cleaned["page"] is None:  # a draft
            return cleaned
        kind = cleaned["page"].specific_class._meta.model_name
        if kind not in {"modulepage", "lessonpage", "quizpage"}:
            page = ValidationError("Choisissez une étape ou un module d’un parcours.")
            raise blocks.StructBlockValidationError(block_errors={"page": page})
        if cleaned.get("score") and kind != "quizpage":
            score = ValidationError("Seul un quiz a un score : videz ce champ, ou choisissez un quiz.")
            raise blocks.StructBlockValidationError(block_errors={"score": score})
        return cleaned
