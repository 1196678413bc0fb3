"""Questions answered by putting each thing in its place: matching, ordering, sorting, filling gaps.

The response maps what is asked to what was put there; what is missing was left blank.
"""

import hashlib
from typing import ClassVar, Literal

from pydantic import Field

from courses.quizzes import spelling
from courses.quizzes.base import LONGEST_LINE, BaseQuestion, Frozen, Item, Response, alphabetical
from courses.quizzes.spelling import LENIENCIES, Leniency


class PlacingQuestion(BaseQuestion):
    """``scoring``: « each » gives its share to each thing in its place, « all » wants them all."""

    scoring: Literal["each", "all"] = "each"

    control: ClassVar[str] = "rows"
    blank: ClassVar[Response] = {}

    @property
    def rows(self) -> tuple[Item, ...]:
        """What is to be placed, as this attempt shows it."""
        raise NotImplementedError

    def places(self, row_id: str) -> tuple[Item, ...]:
        """Where that row can go, as this attempt shows it; nothing when one types freely."""
        raise NotImplementedError

    @property
    def key(self) -> dict[str, str]:
        """The right place of each row."""
        raise NotImplementedError

    @property
    def right_response(self) -> Response:
        """Everything in its place."""
        return self.key

    def accepts(self, response) -> bool:
        """Known rows in known places."""
        return isinstance(response, dict) and all(
            row in self.key and isinstance(place, str) and self.can_hold(row, place) for row, place in response.items()
        )

    def can_hold(self, row_id, place) -> bool:
        """Whether that is one of the places proposed for the row; nothing is always possible."""
        return not place or place in {one.id for one in self.places(row_id)}

    def complete(self, response: Response) -> bool:
        """Whether each row has a place."""
        return isinstance(response, dict) and all(response.get(row) for row in self.key)

    def fraction(self, response: Response) -> float | None:
        """The share of the rows in their place, or all or nothing."""
        right = sum(self.fits(row, place) for row, place in _given(response).items())
        if self.scoring == "all":
            return float(right == len(self.key))
        return right / len(self.key)

    def fits(self, row_id, place) -> bool:
        """Whether that is the right place of the row."""
        return self.key[row_id] == place


def _given(response):
    return {row: place for row, place in response.items() if place} if isinstance(response, dict) else {}


def code_of(*words):
    """An identifier made from words: the same at each freezing, and silent about what goes with what."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


class Pair(Frozen):
    id: str
    text: str
    match: str


class Matching(PlacingQuestion):
    """Each element has its counterpart; ``extras`` are counterparts of nothing."""

    kind: Literal["matching"] = "matching"
    pairs: tuple[Pair, ...] = Field(strict=False, min_length=2)
    extras: tuple[str, ...] = Field(default=(), strict=False)

    @property
    def rows(self):
        """The elements, as the author ordered them."""
        return tuple(Item(id=pair.id, text=pair.text) for pair in self.pairs)

    @property
    def shuffled(self):
        """The counterparts, each once, in an order that says nothing."""
        texts = {*(pair.match for pair in self.pairs), *self.extras}
        return alphabetical(Item(id=code_of(self.id, text), text=text) for text in texts)

    def places(self, row_id):
        """Every counterpart."""
        return self.in_order(self.shuffled)

    @property
    def key(self):
        """The counterpart of each element."""
        return {pair.id: code_of(self.id, pair.match) for pair in self.pairs}

    def say(self, response: Response) -> str:
        """Element → counterpart, for those that were matched."""
        texts = {item.id: item.text for item in self.shuffled}
        given = _given(response)
        return " ; ".join(f"{pair.text} → {texts[given[pair.id]]}" for pair in self.pairs if pair.id in given)


class Ordering(PlacingQuestion):
    """Items to number. ``items`` are in the right order.

    « each » counts well-placed neighbours: the pairs of items that follow each other both in the
    right order and in the answer, over the number of such pairs. A number given twice places nobody.
    """

    kind: Literal["ordering"] = "ordering"
    items: tuple[Item, ...] = Field(strict=False, min_length=2)

    @property
    def shuffled(self):
        """The items, in an order that says nothing."""
        return alphabetical(self.items)

    @property
    def rows(self):
        """The items, as this attempt shows them."""
        return self.in_order(self.shuffled)

    def places(self, row_id):
        """The numbers."""
        return tuple(Item(id=str(number), text=str(number)) for number in range(1, len(self.items) + 1))

    @property
    def key(self):
        """The number of each item."""
        return {item.id: str(number) for number, item in enumerate(self.items, start=1)}

    def fraction(self, response: Response) -> float | None:
        """The share of well-placed neighbours, or all or nothing."""
        given = _given(response)
        if self.scoring == "all":
            return float(given == self.key)
        numbers = list(given.values())
        place = {row: int(number) for row, number in given.items() if numbers.count(number) == 1}
        followers = zip(self.items, self.items[1:], strict=False)
        well = sum(
            place[one.id] + 1 == place[other.id] for one, other in followers if one.id in place and other.id in place
        )
        return well / (len(self.items) - 1)

    def say(self, response: Response) -> str:
        """The items by their number."""
        given = _given(response)
        placed = sorted((item for item in self.items if item.id in given), key=lambda item: int(given[item.id]))
        return " ; ".join(f"{given[item.id]}. {item.text}" for item in placed)

    def remark(self, response: Response) -> str:
        """Says when a number was used twice."""
        numbers = list(_given(response).values())
        return "Un même rang a été donné à plusieurs éléments." if len(numbers) != len(set(numbers)) else ""


class Category(Frozen):
    id: str
    text: str
    items: tuple[Item, ...] = Field(strict=False)


class Sorting(PlacingQuestion):
    """Items to put into categories."""

    kind: Literal["sorting"] = "sorting"
    categories: tuple[Category, ...] = Field(strict=False, min_length=2)

    @property
    def shuffled(self):
        """Every item, in an order that says nothing."""
        return alphabetical(item for category in self.categories for item in category.items)

    @property
    def rows(self):
        """The items, as this attempt shows them."""
        return self.in_order(self.shuffled)

    def places(self, row_id):
        """The categories, as the author ordered them."""
        return tuple(Item(id=category.id, text=category.text) for category in self.categories)

    @property
    def key(self):
        """The category of each item."""
        return {item.id: category.id for category in self.categories for item in category.items}

    def say(self, response: Response) -> str:
        """What was put into each category."""
        given = _given(response)
        parts = []
        for category in self.categories:
            inside = [item.text for item in self.shuffled if given.get(item.id) == category.id]
            if inside:
                parts.append(f"{category.text} : {', '.join(inside)}")
        return " ; ".join(parts)


class Gap(Frozen):
    """A hole in a text: ``accepted`` fill it; with ``wrong`` ones beside them, it is a list to choose from."""

    id: str
    accepted: tuple[str, ...] = Field(strict=False, min_length=1)
    wrong: tuple[str, ...] = Field(default=(), strict=False)


class Gaps(PlacingQuestion):
    """A text with holes: ``segments`` are the texts around them, one more than there are gaps."""

    kind: Literal["gaps"] = "gaps"
    segments: tuple[str, ...] = Field(strict=False)
    gaps: tuple[Gap, ...] = Field(strict=False, min_length=1)
    forgive: tuple[Leniency, ...] = Field(default=LENIENCIES, strict=False)

    control: ClassVar[str] = "gaps"

    @property
    def rows(self):
        """The gaps, in the order of the text."""
        return tuple(Item(id=gap.id, text=f"Trou {number}") for number, gap in enumerate(self.gaps, start=1))

    @property
    def shuffled(self):
        """The proposed words, in an order that says nothing."""
        texts = {text for gap in self.gaps if gap.wrong for text in (*gap.accepted, *gap.wrong)}
        return alphabetical(Item(id=text, text=text) for text in texts)

    def places(self, row_id):
        """The words proposed for that gap; none when one types."""
        gap = self._gap(row_id)
        proposed = {*gap.accepted, *gap.wrong} if gap.wrong else set()
        return self.in_order(item for item in self.shuffled if item.id in proposed)

    @property
    def key(self):
        """The first accepted text of each gap."""
        return {gap.id: gap.accepted[0] for gap in self.gaps}

    def can_hold(self, row_id, place) -> bool:
        """A proposed word, or any short text where one types."""
        return super().can_hold(row_id, place) if self._gap(row_id).wrong else len(place) <= LONGEST_LINE

    def fits(self, row_id, place) -> bool:
        """Whether the text is accepted in that gap."""
        gap = self._gap(row_id)
        return place in gap.accepted if gap.wrong else spelling.matches(place, gap.accepted, self.forgive)

    def say(self, response: Response) -> str:
        """The whole text with what was put into the gaps."""
        given = _given(response)
        if not given:
            return ""
        filled = [f"[{given.get(gap.id, '…').strip()}]" for gap in self.gaps]
        return " ".join("".join(map("".join, zip(self.segments, [*filled, ""], strict=True))).split())

    def remark(self, response: Response) -> str:
        """Says when a typed gap is a slip of the pen away from the right word."""
        given = _given(response)
        close = any(
            spelling.near(given[gap.id], gap.accepted, self.forgive)
            for gap in self.gaps
            if not gap.wrong and gap.id in given
        )
        return "C’est presque cela : relisez l’orthographe." if close else ""

    def _gap(self, row_id):
        return next(gap for gap in self.gaps if gap.id == row_id)
