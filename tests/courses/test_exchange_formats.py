"""Questions leave in GIFT or Moodle XML and come back the same; hostile files are refused with a sentence."""

import re
from decimal import Decimal
from html import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courses import quizzes
from courses.exchange import gift, moodle_xml_out, values
from courses.exchange.formats import FORMATS
from courses.exchange.found import Entry
from courses.quizzes.spelling import LENIENCIES
from courses.versions import frozen_question
from tests.factories.questions import every_question


def essence(question):
    """All that is said of a question, without the identifiers that each place gives anew."""

    def bare(value):
        if isinstance(value, dict):
            return {name: figure(name, one) for name, one in value.items() if name != "id"}
        return [bare(one) for one in value] if isinstance(value, list) else value

    def figure(name, value):
        return Decimal(value) if name in {"value", "tolerance"} else bare(value)

    return bare(question.export())


def there_and_back(name, *entries):
    """The entries after a journey in that format."""
    written = FORMATS[name].write(entries)
    assert not written.left_out
    found = FORMATS[name].read(written.text)
    assert not found.problems, written.text
    return found.entries


SIGNS = "aàéœ Zß’'\"~=#{}:\\%<>&*-/[]|$.,;?!n0159\u202f€漢"
words = (
    st.text(SIGNS, min_size=1, max_size=30)
    .map(lambda text: re.sub(" +", " ", text).strip())
    .filter(lambda text: text.split() and text != "*" and quizzes.plain(text))
)
paragraph = st.builds(
    lambda text, mark: f"<p>{mark.format(escape(text))}</p>",
    words,
    st.sampled_from(["{}", "Avant <b>{}</b>", "<i>{}</i> après", '<a href="https://exemple.fr/?a=1&amp;b=2">{}</a>']),
)
several = st.lists(words, min_size=3, max_size=6, unique_by=str.casefold)
common = st.fixed_dictionaries(
    {
        "id": st.just("q"),
        "prompt": paragraph,
        "explanation": st.one_of(st.just(""), paragraph),
        "points": st.integers(1, 20),
        "hints": st.lists(paragraph, max_size=3).map(tuple),
    }
)
placed = st.sampled_from(["each", "all"])
forgiven = st.sets(st.sampled_from(LENIENCIES)).map(lambda some: tuple(one for one in LENIENCIES if one in some))
figures = st.decimals(min_value=-(10**9), max_value=10**9, places=3)


def items(texts):
    """Frozen items of these texts."""
    return tuple(quizzes.Item(id=f"i{place}", text=text) for place, text in enumerate(texts))


@st.composite
def choices(draw, kind):
    """A question whose answers are proposed."""
    texts = draw(several)
    place = st.integers(0, len(texts) - 1)
    right = draw(st.sets(place, min_size=1, max_size=1 if kind == "single" else None))
    proposed = tuple(
        quizzes.Choice(id=f"c{place}", text=text, correct=place in right, feedback=draw(st.one_of(st.just(""), words)))
        for place, text in enumerate(texts)
    )
    if kind == "single":
        return quizzes.SingleChoice(**draw(common), choices=proposed)
    scoring = draw(st.sampled_from(["all", "each", "right_only"]))
    return quizzes.MultipleChoice(**draw(common), choices=proposed, scoring=scoring)


@st.composite
def numbers(draw):
    """A number; its unit may be asked for, its tolerance may be a share."""
    units = tuple(draw(st.lists(words, max_size=2)))
    return quizzes.Number(
        **draw(common),
        value=draw(figures),
        tolerance=abs(draw(figures)),
        relative=draw(st.booleans()),
        units=units,
        unit_required=bool(units) and draw(st.booleans()),
    )


@st.composite
def matchings(draw):
    """Pairs whose counterparts differ, and perhaps intruders."""
    texts, matches = draw(several), draw(several)
    count = min(len(texts), len(matches))
    pairs = tuple(quizzes.Pair(id=f"p{n}", text=texts[n], match=matches[n]) for n in range(count))
    extras = tuple(matches[count:])
    return quizzes.Matching(**draw(common), pairs=pairs, extras=extras, scoring=draw(placed))


@st.composite
def sortings(draw):
    """Items in two or three categories."""
    names = draw(several)[:3]
    categories = tuple(
        quizzes.Category(id=f"c{n}", text=name, items=items(draw(several))) for n, name in enumerate(names)
    )
    return quizzes.Sorting(**draw(common), categories=categories, scoring=draw(placed))


@st.composite
def gapped(draw):
    """A text with gaps, typed or chosen; its words hold none of the signs that mark gaps for authors."""
    word = words.map(lambda text: re.sub(r"[{}|~]", "", text).strip()).filter(bool)
    texts = [draw(word) for _ in range(draw(st.integers(2, 4)))]
    segments = (*(f"{' ' if n else ''}{text} " for n, text in enumerate(texts[:-1])), f"\n{texts[-1]}")
    gaps = []
    for number in range(1, len(segments)):
        every = draw(st.lists(word, min_size=2, max_size=4, unique=True))
        cut = draw(st.integers(1, len(every)))
        gaps.append(quizzes.Gap(id=str(number), accepted=tuple(every[:cut]), wrong=tuple(every[cut:])))
    return quizzes.Gaps(
        **draw(common), segments=segments, gaps=tuple(gaps), scoring=draw(placed), forgive=draw(forgiven)
    )


@st.composite
def open_texts(draw):
    """A text to be read with a rubric, or to be compared."""
    if draw(st.booleans()):
        return quizzes.OpenText(**draw(common) | {"points": 0}, review="self", model_answer=draw(paragraph))
    rubric = tuple(quizzes.Criterion(id=f"r{n}", text=text, points=2) for n, text in enumerate(draw(several)))
    return quizzes.OpenText(**draw(common) | {"points": 2 * len(rubric)}, model_answer=draw(paragraph), rubric=rubric)


COMMON_TO_BOTH = {
    "single": choices("single"),
    "multiple": choices("multiple"),
    "true_false": st.builds(lambda base, answer: quizzes.TrueFalse(**base, answer=answer), common, st.booleans()),
    "short_text": st.builds(
        lambda base, texts, forgive: quizzes.ShortText(**base, accepted=tuple(texts), forgive=forgive),
        common,
        several,
        forgiven,
    ),
    "number": numbers(),
    "matching": matchings(),
    "sorting": sortings(),
    "open": open_texts(),
}
IN_XML_ONLY = {
    "ordering": st.builds(
        lambda base, texts, scoring: quizzes.Ordering(**base, items=items(texts), scoring=scoring),
        common,
        several,
        placed,
    ),
    "gaps": gapped(),
}
JOURNEYS = [("gift", kind) for kind in COMMON_TO_BOTH] + [("xml", kind) for kind in COMMON_TO_BOTH | IN_XML_ONLY]


@pytest.mark.parametrize(("name", "kind"), JOURNEYS)
@given(data=st.data())
def test_a_question_that_leaves_and_returns_is_the_same_question(name, kind, data):
    question = data.draw((COMMON_TO_BOTH | IN_XML_ONLY)[kind])
    title, tag = data.draw(words), data.draw(words)
    if name == "gift":
        assume("->" not in str(essence(question)))
    (entry,) = there_and_back(name, Entry(question=question, title=title, tags=(tag,)))
    assert essence(entry.question) == essence(question)
    assert (entry.title, entry.tags, entry.notices) == (title, (tag,), ())


@given(
    questions=st.lists(st.one_of(*COMMON_TO_BOTH.values()), min_size=2, max_size=5),
    name=st.sampled_from(["gift", "xml"]),
)
def test_a_file_of_several_questions_keeps_their_order(questions, name):
    assume("->" not in str([essence(one) for one in questions]))
    entries = there_and_back(name, *(Entry(question=one, title=f"Titre {n}") for n, one in enumerate(questions)))
    assert [essence(one.question) for one in entries] == [essence(one) for one in questions]
    assert [one.title for one in entries] == [f"Titre {n}" for n in range(len(questions))]
    lines = [one.line for one in entries]
    assert lines == sorted(set(lines))


@given(question=st.one_of(*(COMMON_TO_BOTH | IN_XML_ONLY).values()))
def test_a_question_read_becomes_the_blocks_in_which_authors_go_on_writing_it(question):
    assert essence(frozen_question(values.block(question))) == essence(question)


@pytest.mark.parametrize("kind", ["ordering", "gaps", "opinion"])
def test_a_type_that_gift_cannot_write_is_left_out_with_a_sentence(kind):
    asked = next(one for one in every_question() if one.kind == kind)
    other = next(one for one in every_question() if one.kind == "single")
    written = gift.write([Entry(question=asked, title="Exotique"), Entry(question=other, title="Simple")])
    assert [title for title, _ in written.left_out] == ["Exotique"]
    assert written.left_out[0][1].startswith("GIFT n’a pas")
    assert [entry.title for entry in gift.read(written.text).entries] == ["Simple"]


def test_an_opinion_is_left_out_of_moodle_xml():
    opinion = next(one for one in every_question() if one.kind == "opinion")
    written = moodle_xml_out.write([Entry(question=opinion, title="Avis")])
    assert written.left_out == (("Avis", "Moodle n’a pas de question d’avis."),)


def test_a_picture_that_does_not_travel_is_told():
    question = every_question()[0].model_copy(update={"picture": quizzes.Picture(url="/a.png", width=1, height=1)})
    for write in (gift.write, moodle_xml_out.write):
        assert [title for title, _ in write([Entry(question=question, title="Illustrée")]).reduced] == ["Illustrée"]
