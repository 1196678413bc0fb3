"""Questions answered by typing or by putting things in their place, as authors write them."""

import re
from decimal import Decimal

from wagtail import blocks

from courses import quizzes
from courses.blocks.questions import TEXT, QuestionBlock
from courses.quizzes.spelling import LENIENCIES


def forgiveness():
    """Which differences of spelling do not count."""
    return blocks.MultipleChoiceBlock(
        label="Différences pardonnées",
        required=False,
        default=list(LENIENCIES),
        choices=[
            ("case", "majuscules et minuscules"),
            ("accents", "accents"),
            ("hyphens", "traits d’union"),
            ("apostrophes", "forme des apostrophes"),
            ("spaces", "espaces en trop"),
        ],
    )


def scoring(each):
    """What an imperfect answer is worth; ``each`` says what counts."""
    return blocks.ChoiceBlock(
        label="Points d’une réponse incomplète",
        default="each",
        choices=[("each", each), ("all", "Tout ou rien")],
    )


def lines(value):
    """The texts of a list, without the blank ones."""
    return tuple(text.strip() for text in value or [] if text and text.strip())


class ShortTextBlock(QuestionBlock):
    accepted = blocks.ListBlock(
        blocks.CharBlock(label="Réponse acceptée", max_length=200),
        label="Réponses acceptées",
        min_num=1,
        max_num=20,
        help_text="La première est celle que l’on montre.",
    )
    forgive = forgiveness()

    class Meta:
        icon = "pilcrow"
        label = "Réponse courte"

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.ShortText(
            **self.common(block_id, value), accepted=lines(value["accepted"]), forgive=tuple(value["forgive"] or ())
        )


class NumberBlock(QuestionBlock):
    value = blocks.DecimalBlock(label="Valeur juste", max_digits=20, decimal_places=6)
    tolerance = blocks.DecimalBlock(
        label="Tolérance",
        default=0,
        min_value=0,
        max_digits=20,
        decimal_places=6,
        help_text="L’écart accepté, en plus ou en moins.",
    )
    relative = blocks.BooleanBlock(label="Tolérance en % de la valeur", required=False)
    units = blocks.ListBlock(
        blocks.CharBlock(label="Unité", max_length=30),
        label="Unités acceptées",
        default=[],
        required=False,
        help_text="Les façons d’écrire la même unité ; la première est montrée. Rien pour un nombre sans unité.",
    )
    unit_required = blocks.BooleanBlock(label="L’unité doit être écrite", required=False)

    class Meta:
        icon = "decimal"
        label = "Nombre"

    def fault(self, value):
        """A unit cannot be asked for when there is none."""
        if value["unit_required"] and not lines(value["units"]):
            return "units", "Indiquez l’unité à écrire, ou décochez la case qui la demande."
        return None

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.Number(
            **self.common(block_id, value),
            value=value["value"],
            tolerance=value["tolerance"] or Decimal(0),
            relative=value["relative"],
            units=lines(value["units"]),
            unit_required=value["unit_required"],
        )


class PairBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Élément", max_length=200)
    match = blocks.CharBlock(label="Va avec", max_length=200)

    class Meta:
        icon = "link"
        label = "Paire"


class MatchingBlock(QuestionBlock):
    pairs = blocks.ListBlock(
        PairBlock(), label="Paires", min_num=2, max_num=12, default=2 * [{"text": "", "match": ""}]
    )
    extras = blocks.ListBlock(
        blocks.CharBlock(label="Intrus", max_length=200),
        label="Intrus",
        default=[],
        required=False,
        help_text="Proposés avec les autres, ils ne vont avec rien.",
    )
    scoring = scoring("Chaque paire juste compte")

    class Meta:
        icon = "link"
        label = "Association"

    def fault(self, value):
        """An intruder that is somebody's counterpart is no intruder; counterparts must differ."""
        matches = {pair["match"].strip() for pair in value["pairs"]}
        if matches & set(lines(value["extras"])):
            return "extras", "Un intrus ne peut pas être aussi la bonne réponse d’une paire."
        return None if len(matches) > 1 else ("pairs", "Il faut au moins deux réponses différentes.")

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.Matching(
            **self.common(block_id, value),
            pairs=tuple(
                quizzes.Pair(id=child.id, text=child.value["text"].strip(), match=child.value["match"].strip())
                for child in value["pairs"].bound_blocks
            ),
            extras=lines(value["extras"]),
            scoring=value["scoring"] or "each",
        )


def items(value):
    """Frozen items with the identifiers that Wagtail keeps across edits."""
    return tuple(quizzes.Item(id=child.id, text=child.value.strip()) for child in value.bound_blocks if child.value)


class OrderingBlock(QuestionBlock):
    items = blocks.ListBlock(
        blocks.CharBlock(label="Élément", max_length=200),
        label="Éléments, dans le bon ordre",
        min_num=3,
        max_num=12,
        default=3 * [""],
        help_text="Ils sont présentés dans un autre ordre.",
    )
    scoring = scoring("Chaque enchaînement juste entre deux éléments compte")

    class Meta:
        icon = "list-ol"
        label = "Remise en ordre"

    def fault(self, value):
        """Two items that read the same cannot be told apart."""
        texts = lines(value["items"])
        return None if len(set(texts)) == len(texts) else ("items", "Deux éléments ont le même texte.")

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.Ordering(
            **self.common(block_id, value), items=items(value["items"]), scoring=value["scoring"] or "each"
        )


class CategoryBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Catégorie", max_length=120)
    items = blocks.ListBlock(blocks.CharBlock(label="Élément", max_length=300), label="Éléments", min_num=1, max_num=12)

    class Meta:
        icon = "folder"
        label = "Catégorie"


class SortingBlock(QuestionBlock):
    categories = blocks.ListBlock(
        CategoryBlock(), label="Catégories", min_num=2, max_num=8, default=2 * [{"text": "", "items": 2 * [""]}]
    )
    scoring = scoring("Chaque élément bien classé compte")

    class Meta:
        icon = "folder-open-inverse"
        label = "Classement en catégories"

    def fault(self, value):
        """Two items that read the same cannot be told apart."""
        texts = [text for category in value["categories"] for text in lines(category["items"])]
        return None if len(set(texts)) == len(texts) else ("categories", "Deux éléments ont le même texte.")

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        return quizzes.Sorting(
            **self.common(block_id, value),
            categories=tuple(
                quizzes.Category(id=child.id, text=child.value["text"].strip(), items=items(child.value["items"]))
                for child in value["categories"].bound_blocks
            ),
            scoring=value["scoring"] or "each",
        )


GAP = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class UnreadableGaps(ValueError):
    """A text whose gaps cannot be understood; says why in French."""


def read_gaps(text):
    """(segments, gaps) of a text as authors write it.

    ``{{alliance}}`` is typed; ``{{alliance | coalition}}`` accepts both; ``{{alliance | ~ fusion}}``
    becomes a list to choose from, in which ``~`` marks the wrong words. Raises UnreadableGaps.
    """
    pieces = GAP.split(text)
    segments, inside = tuple(pieces[::2]), pieces[1::2]
    if not inside:
        raise UnreadableGaps("Écrivez au moins un trou, par exemple {{alliance}}.")
    if any("{{" in segment or "}}" in segment for segment in segments):
        raise UnreadableGaps("Un trou s’ouvre par {{ et se ferme par }}.")
    gaps = []
    for number, words in enumerate(inside, start=1):
        every = lines(words.split("|"))
        accepted = tuple(word for word in every if not word.startswith("~"))
        wrong = tuple(word[1:].strip() for word in every if word.startswith("~"))
        if not accepted:
            raise UnreadableGaps(f"Le trou {number} n’a pas de bonne réponse.")
        if set(accepted) & set(wrong) or "" in wrong:
            raise UnreadableGaps(f"Le trou {number} a une mauvaise réponse vide, ou qui est aussi une bonne.")
        gaps.append(quizzes.Gap(id=str(number), accepted=accepted, wrong=wrong))
    return segments, tuple(gaps)


class GapsBlock(QuestionBlock):
    text = blocks.TextBlock(
        label="Texte à trous",
        rows=6,
        help_text="Un trou s’écrit {{alliance}} ; avec plusieurs bonnes réponses, {{alliance | coalition}} ; "
        "en liste à choix, un ~ devant chaque mauvaise réponse : {{alliance | ~ fusion | ~ rachat}}.",
    )
    scoring = scoring("Chaque trou juste compte")
    forgive = forgiveness()

    class Meta:
        icon = "form"
        label = "Texte à trous"

    def fault(self, value):
        """Gaps must be readable."""
        try:
            read_gaps(value["text"])
        except UnreadableGaps as error:
            return "text", str(error)
        return None

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        segments, gaps = read_gaps(value["text"])
        return quizzes.Gaps(
            **self.common(block_id, value),
            segments=segments,
            gaps=gaps,
            scoring=value["scoring"] or "each",
            forgive=tuple(value["forgive"] or ()),
        )


class CriterionBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Ce que l’on attend", max_length=300)
    points = blocks.IntegerBlock(label="Points", default=1, min_value=1, max_value=20)

    class Meta:
        icon = "tick"
        label = "Critère"


class OpenTextBlock(QuestionBlock):
    review = blocks.ChoiceBlock(
        label="Qui relit",
        default="instructor",
        choices=[
            ("instructor", "Une formatrice ou un formateur, avec les critères ci-dessous"),
            ("self", "La personne elle-même, en comparant avec la réponse modèle (rien n’est noté)"),
        ],
    )
    model_answer = blocks.RichTextBlock(label="Réponse modèle", features=TEXT, required=False)
    rubric = blocks.ListBlock(
        CriterionBlock(),
        label="Critères",
        default=[],
        required=False,
        max_num=8,
        help_text="Leurs points font ceux de la question.",
    )

    class Meta:
        icon = "edit"
        label = "Réponse ouverte"

    def fault(self, value):
        """Comparing needs something to compare with."""
        if value["review"] == "self" and not quizzes.plain(value["model_answer"].source):
            return "model_answer", "Écrivez la réponse avec laquelle comparer."
        return None

    def freeze(self, block_id, value):
        """The frozen question of this block."""
        rubric = tuple(
            quizzes.Criterion(id=child.id, text=child.value["text"], points=child.value["points"])
            for child in value["rubric"].bound_blocks
        )
        common = self.common(block_id, value)
        if value["review"] == "self":
            rubric, common["points"] = (), 0
        elif rubric:
            common["points"] = sum(criterion.points for criterion in rubric)
        return quizzes.OpenText(
            **common,
            review=value["review"] or "instructor",
            model_answer=value["model_answer"].source,
            rubric=rubric,
        )
