"""What a quiz is made of: its own questions, questions of the bank, and draws from the bank."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.blocks import exercises
from courses.blocks.every import QuestionBlocks
from courses.models.bank import BankQuestion, BankQuestionTag, Difficulty


def known_tags():
    """The themes of the bank, to choose from."""
    names = BankQuestionTag.tag_model().objects.filter(courses_bankquestiontag_items__isnull=False)
    return [(name, name) for name in names.order_by("name").values_list("name", flat=True).distinct()]


class DrawBlock(blocks.StructBlock):
    """Questions drawn for each attempt anew, among those of the bank that fit."""

    count = blocks.IntegerBlock(label="Nombre de questions", default=3, min_value=1, max_value=50)
    track = blocks.PageChooserBlock(label="Parcours", page_type="courses.TrackPage", required=False)
    difficulty = blocks.ChoiceBlock(label="Difficulté", choices=[("", "Toutes"), *Difficulty.choices], required=False)
    tags = blocks.ListBlock(
        blocks.ChoiceBlock(label="Étiquette", choices=known_tags),
        label="Étiquettes",
        default=[],
        required=False,
        help_text="Une question tirée les porte toutes. Sans étiquette, toutes les questions conviennent.",
    )

    class Meta:
        icon = "resubmit"
        label = "Tirage dans la banque"
        label_format = "{count} questions"

    def clean(self, value):
        """Refuse to publish a draw that the bank cannot fill."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation:
            found = self.pool(cleaned).count()
            if found < cleaned["count"]:
                message = f"Questions publiées qui conviennent : {found}. Il en faut au moins {cleaned['count']}."
                raise StructBlockValidationError(block_errors={"count": ValidationError(message)})
        return cleaned

    def pool(self, value):
        """The published questions of the bank that fit."""
        return BankQuestion.objects.fitting(
            track=value["track"], difficulty=value["difficulty"], tags=exercises.lines(value["tags"])
        )


class QuizBlocks(QuestionBlocks):
    """A quiz mixes its own questions, those of the bank, and draws."""

    bank_question = SnippetChooserBlock("courses.BankQuestion", label="Question de la banque", icon="folder-open-1")
    draw = DrawBlock()
