"""One block per type of question; each gives the frozen Question that learners meet."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from courses import quizzes

PROMPT = ["bold", "italic", "link"]


class ChoiceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="réponse proposée", max_length=300)
    correct = blocks.BooleanBlock(label="juste", required=False)

    class Meta:
        label = "choix"
        icon = "radio-full"


class QuestionBlock(blocks.StructBlock):
    """What every question has: a prompt, an explanation, points."""

    prompt = blocks.RichTextBlock(label="question", features=PROMPT)
    explanation = blocks.RichTextBlock(
        label="explication", features=["bold", "italic", "link"], help_text="Lue après la réponse, juste ou non."
    )
    points = blocks.IntegerBlock(label="points", default=1, min_value=1, max_value=20)

    def common(self, block_id, value):
        """The fields that every frozen question shares."""
        return {
            "id": block_id,
            "prompt": value["prompt"].source,
            "explanation": value["explanation"].source,
            "points": value["points"],
        }


class ChoicesBlock(QuestionBlock):
    """A question whose answers are proposed."""

    choices = blocks.ListBlock(ChoiceBlock(), label="choix", min_num=2, max_num=10)

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

    def fault(self, right, total):
        """What is wrong with that many right choices, or None."""
        return None if right else "Cochez au moins une réponse juste."

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.MultipleChoice(**self.common(block_id, value), choices=self.frozen_choices(value))


class TrueFalseBlock(QuestionBlock):
    answer = blocks.ChoiceBlock(label="réponse juste", choices=[("true", "Vrai"), ("false", "Faux")])

    class Meta:
        icon = "help"
        label = "Vrai ou faux"

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
