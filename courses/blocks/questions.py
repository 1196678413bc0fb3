"""One block per type of question; each gives the frozen Question that learners meet.

This module holds what all questions share and those whose answers are proposed; the others are in
courses.blocks.exercises.
"""

import re

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup, StructBlockValidationError
from wagtail.images.blocks import ImageBlock

from courses import quizzes
from courses.blocks.content import AudioBlock

PROMPT = ["bold", "italic", "link"]
TEXT = ["bold", "italic", "ol", "ul", "link"]
# Wide enough for the column of a quiz on a dense screen.
PICTURE_FILTER = "max-1200x1200"


def picture(image):
    """The frozen Picture of an image as authors chose it, or None."""
    if not image:
        return None
    shown = image.get_rendition(PICTURE_FILTER)
    alt = "" if getattr(image, "decorative", False) else (image.contextual_alt_text or "")
    return quizzes.Picture(url=shown.url, width=shown.width, height=shown.height, alt=alt)


def sound(value):
    """The frozen Sound of a recording, or None."""
    if not value or not value["file"]:
        return None
    return quizzes.Sound(title=value["title"], url=value["file"].url, transcript=value["transcript"].source)


class MediaBlock(blocks.StreamBlock):
    image = ImageBlock(label="Image")
    audio = AudioBlock()

    class Meta:
        label = "Image ou enregistrement"


class QuestionBlock(blocks.StructBlock):
    """What every question has: a prompt, perhaps a picture or a recording, an explanation, hints, points."""

    prompt = blocks.RichTextBlock(label="Question", features=PROMPT)
    media = MediaBlock(
        label="Image ou enregistrement",
        required=False,
        block_counts={"image": {"max_num": 1}, "audio": {"max_num": 1}},
        help_text="Montré sous la question.",
    )
    explanation = blocks.RichTextBlock(
        label="Explication", features=PROMPT, help_text="Lue après la réponse, juste ou non."
    )
    hints = blocks.ListBlock(
        blocks.RichTextBlock(label="Indice", features=PROMPT),
        label="Indices",
        default=[],
        max_num=3,
        required=False,
        help_text="Quiz d’entraînement seulement : un indice après chaque essai manqué, dans cet ordre. "
        "Le nombre d’essais est celui des indices, plus un.",
    )
    points = blocks.IntegerBlock(
        label="Points", default=1, min_value=1, max_value=20, help_text="Le poids de la question dans la note."
    )

    class Meta:
        label_format = "{prompt}"

    # Shown first, shown last, and folded away: most questions need none of the latter.
    FIRST = ("prompt", "media")
    LAST = ("explanation",)
    FOLDED: tuple[str, ...] = ("points", "forgive", "hints")

    def get_form_layout(self):
        """The fields in the order in which one writes a question."""
        own = [name for name in self.child_blocks if name not in {*self.FIRST, *self.LAST, *self.FOLDED}]
        known = [name for name in (*self.FIRST, *own, *self.LAST) if name in self.child_blocks]
        return BlockGroup(known, settings=[name for name in self.FOLDED if name in self.child_blocks])

    def common(self, block_id, value):
        """The fields that every frozen question shares."""
        return {
            "id": block_id,
            "prompt": words(value["prompt"]),
            "explanation": words(value["explanation"]),
            "points": value.get("points") or 1,  # a draft may say nothing yet
            "hints": tuple(words(hint) for hint in value["hints"] or [] if hint.source),
            **media(value["media"]),
        }

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        raise NotImplementedError

    def fault(self, value):
        """What is wrong with a question about to be published: (field, sentence), or None."""
        return

    def clean(self, value):
        """Refuse to publish a question that cannot be answered or graded; drafts may be incomplete."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation:
            fault = self.fault(cleaned)
            if fault:
                field, sentence = fault
                raise StructBlockValidationError(block_errors={field: ValidationError(sentence)})
        return cleaned


def media(stream):
    """The frozen picture and recording of a question, or of an answer with more text."""
    found = {}
    for child in stream or []:
        name, freeze = MEDIA[child.block_type]
        found[name] = freeze(child.value)
    return found


class AnswerMediaBlock(MediaBlock):
    text = blocks.RichTextBlock(label="Texte mis en forme", features=["bold", "italic"], icon="pilcrow")

    class Meta:
        label = "texte, image ou enregistrement"


class AnswerBlock(blocks.StructBlock):
    """An answer to choose, whatever it is worth."""

    text = blocks.CharBlock(label="Réponse proposée", max_length=300)
    media = AnswerMediaBlock(
        label="Sous cette réponse",
        required=False,
        block_counts={"image": {"max_num": 1}, "audio": {"max_num": 1}, "text": {"max_num": 1}},
        help_text="Un texte mis en forme, une image, un enregistrement.",
    )

    class Meta:
        label = "Réponse"
        icon = "radio-full"
        label_format = "{text}"

    def get_form_layout(self):
        """More than words is rare: it is folded away."""
        return BlockGroup([name for name in self.child_blocks if name != "media"], settings=["media"])


class ChoiceBlock(AnswerBlock):
    correct = blocks.BooleanBlock(label="Juste", required=False)
    feedback = blocks.CharBlock(
        label="Commentaire", max_length=300, required=False, help_text="Lu par qui choisit cette réponse."
    )


def words(rich_text):
    """The HTML without the marks that the admin's editor leaves for itself, so that saving it again changes nothing."""
    return re.sub(r' data-block-key="[^"]*"', "", rich_text.source)


MEDIA = {"image": ("picture", picture), "audio": ("sound", sound), "text": ("more", words)}


class ChoicesBlock(QuestionBlock):
    """A question whose answers are proposed."""

    choices = blocks.ListBlock(
        ChoiceBlock(),
        label="Réponses proposées",
        min_num=2,
        max_num=10,
        default=3 * [{"text": "", "media": [], "correct": False, "feedback": ""}],
    )

    def frozen_choices(self, value):
        """The choices with the identifiers that Wagtail keeps across edits and moves."""
        return tuple(
            quizzes.Choice(
                id=child.id,
                text=child.value["text"],
                **media(child.value["media"]),
                correct=bool(child.value.get("correct")),
                feedback=child.value.get("feedback") or "",
            )
            for child in value["choices"].bound_blocks
        )


class SingleChoiceBlock(ChoicesBlock):
    class Meta:
        icon = "radio-full"
        label = "Choix unique"
        description = "Une seule des réponses proposées est juste."

    def fault(self, value):
        """One right choice."""
        right = sum(choice["correct"] for choice in value["choices"])
        return None if right == 1 else ("choices", "Cochez une seule réponse juste.")

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.SingleChoice(**self.common(block_id, value), choices=self.frozen_choices(value))


class MultipleChoiceBlock(ChoicesBlock):
    scoring = blocks.ChoiceBlock(
        label="Points d’une réponse incomplète",
        default="all",
        choices=[
            ("all", "Tout ou rien"),
            ("each", "En proportion : chaque case bien cochée ou bien laissée vide compte"),
            ("right_only", "En proportion des bonnes réponses, et rien dès qu’une mauvaise est cochée"),
        ],
        help_text="L’aperçu montre ce que rapportent quelques réponses.",
    )

    class Meta:
        icon = "check"
        label = "Choix multiples"
        description = "Plusieurs réponses peuvent être justes ; il faut toutes les trouver."

    def fault(self, value):
        """At least one right choice."""
        right = sum(choice["correct"] for choice in value["choices"])
        return None if right else ("choices", "Cochez au moins une réponse juste.")

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.MultipleChoice(
            **self.common(block_id, value), choices=self.frozen_choices(value), scoring=value["scoring"] or "all"
        )


class TrueFalseBlock(QuestionBlock):
    answer = blocks.ChoiceBlock(label="Réponse juste", choices=[("true", "Vrai"), ("false", "Faux")])

    class Meta:
        icon = "help"
        label = "Vrai ou faux"
        description = "Une affirmation à juger."

    FOLDED = ("points",)

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.TrueFalse(**self.common(block_id, value), answer=value["answer"] == "true")


class OpinionBlock(QuestionBlock):
    """Without points, and without a right answer."""

    points = None
    hints = None
    explanation = blocks.RichTextBlock(
        label="Commentaire", features=PROMPT, required=False, help_text="Lu après la réponse, quelle qu’elle soit."
    )
    choices = blocks.ListBlock(
        AnswerBlock(), label="Avis proposés", min_num=2, max_num=10, default=2 * [{"text": "", "media": []}]
    )

    class Meta:
        icon = "comment"
        label = "Avis (jamais noté)"

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        common = self.common(block_id, {**value, "hints": []}) | {"points": 0}
        return quizzes.Opinion(**common, choices=ChoicesBlock.frozen_choices(self, value))
