"""One block per type of question; each gives the frozen Question that learners meet."""

import re

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup, StructBlockValidationError

from courses import quizzes

PROMPT = ["bold", "italic", "link"]


class ChoiceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Réponse proposée", max_length=300)
    correct = blocks.BooleanBlock(label="Juste", required=False)

    class Meta:
        label = "Réponse"
        icon = "radio-full"
        label_format = "{text}"


class QuestionBlock(blocks.StructBlock):
    """What every question has: a prompt, an explanation, points."""

    prompt = blocks.RichTextBlock(label="Question", features=PROMPT)
    explanation = blocks.RichTextBlock(
        label="Explication", features=["bold", "italic", "link"], help_text="Lue après la réponse, juste ou non."
    )
    points = blocks.IntegerBlock(
        label="Points", default=1, min_value=1, max_value=20, help_text="Le poids de la question dans la note."
    )

    class Meta:
        label_format = "{prompt}"

    def common(self, block_id, value):
        """The fields that every frozen question shares."""
        return {
            "id": block_id,
            "prompt": words(value["prompt"]),
            "explanation": words(value["explanation"]),
            "points": value["points"] or 1,  # a draft may say nothing yet
        }


def words(rich_text):
    """The HTML without the marks that the admin's editor leaves for itself, so that saving it again changes nothing."""
    return re.sub(r' data-block-key="[^"]*"', "", rich_text.source)


class ChoicesBlock(QuestionBlock):
    """A question whose answers are proposed."""

    choices = blocks.ListBlock(
        ChoiceBlock(), label="Réponses proposées", min_num=2, max_num=10, default=3 * [{"text": "", "correct": False}]
    )

    class Meta:
        form_layout = BlockGroup(children=["prompt", "choices", "explanation"], settings=["points"])

    def clean(self, value):
        """Refuse to publish a question without the right number of right answers."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation:
            right = sum(choice["correct"] for choice in cleaned["choices"])
            error = self.fault(right, len(cleaned["choices"]))
            if error:
                raise StructBlockValidationError(block_errors={"choices": ValidationError(error)})
        return cleaned

    def frozen_choices(self, value):
        """The choices with the identifiers that Wagtail keeps across edits and moves."""
        return [
            {"id": child.id, "text": child.value["text"], "correct": child.value["correct"]}
            for child in value["choices"].bound_blocks
        ]


class SingleChoiceBlock(ChoicesBlock):
    class Meta:
        icon = "radio-full"
        label = "Choix unique"
        description = "Une seule des réponses proposées est juste."

    def fault(self, right, total):
        """What is wrong with that many right choices, or None."""
        return None if right == 1 else "Cochez une seule réponse juste."

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.SingleChoice(**self.common(block_id, value), choices=self.frozen_choices(value))


class MultipleChoiceBlock(ChoicesBlock):
    class Meta:
        icon = "check"
        label = "Choix multiples"
        description = "Plusieurs réponses peuvent être justes ; il faut toutes les trouver."

    def fault(self, right, total):
        """What is wrong with that many right choices, or None."""
        return None if right else "Cochez au moins une réponse juste."

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.MultipleChoice(**self.common(block_id, value), choices=self.frozen_choices(value))


class TrueFalseBlock(QuestionBlock):
    answer = blocks.ChoiceBlock(label="Réponse juste", choices=[("true", "Vrai"), ("false", "Faux")])

    class Meta:
        icon = "help"
        label = "Vrai ou faux"
        description = "Une affirmation à juger."
        form_layout = BlockGroup(children=["prompt", "answer", "explanation"], settings=["points"])

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.TrueFalse(**self.common(block_id, value), answer=value["answer"] == "true")


class QuestionBlocks(blocks.StreamBlock):
    single = SingleChoiceBlock()
    multiple = MultipleChoiceBlock()
    true_false = TrueFalseBlock()

    class Meta:
        min_num = 1


def quiz_of(page):
    """The Quiz that a QuizPage shows today, as plain frozen values."""
    return quizzes.Quiz(
        title=page.title,
        pass_mark=page.pass_mark,
        questions=tuple(child.block.freeze(child.id, child.value) for child in page.questions),
    )
