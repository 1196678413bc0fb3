"""The four tracks as they ship: they load on an empty database, and they are whole.

Everything is loaded once, read into plain values, and rolled back: the tests below ask them.
"""

import re
from dataclasses import dataclass, field
from itertools import groupby

import pytest
from django.db import transaction
from django.test import Client
from wagtail import blocks
from wagtail.blocks.field_block import RichTextBlock
from wagtail.models import Page

from courses.grading import grade
from courses.loading import CONTENT, TRACKS, Loading
from courses.models import BankQuestion, GlossaryTerm, LessonPage, ModulePage, QuizPage, StepPage, TrackPage
from courses.quizzes import Quiz, plain
from courses.versions import quiz_of
from tests.factories.courses import make_site

pytestmark = pytest.mark.slow

WORDS_PER_MINUTE = 180
# Declared minutes over the estimate.
NEAR = (0.8, 1.25)
# What Markdown may become: the marks that editors have too.
TAGS = {"p", "h2", "h3", "strong", "em", "ul", "ol", "li", "a", "br"}
INLINE_TAGS = TAGS - {"h2", "h3"}
# The rich texts of a question, and what of it is not read by anybody.
RICH = ("prompt", "explanation", "model_answer")
NAMES = {*RICH, "id", "kind", "scoring", "forgive", "review"}
TITLES = r"[Cc]ertification|[Cc]ertificat\b|[Cc]ertificats\b|[Cc]ertifiant|[Dd]ipl[oô]m"
# Titles that other people issue, or that nobody needs here.
OTHERS = ("ni de diplôme, ni d’argent",)


@dataclass(frozen=True)
class Block:
    """A block of a lesson: its type, its plain values, and the texts that it shows."""

    kind: str
    values: dict
    html: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A page as it was loaded; ``file`` is where it came from."""

    file: str
    title: str
    url: str
    live: bool
    texts: tuple[str, ...]
    html: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson(Place):
    minutes: int = 0
    blocks: tuple[Block, ...] = ()

    @property
    def words(self):
        """How many words there are to read."""
        return sum(len(text.split()) for block in self.blocks for text in block.texts)

    @property
    def estimate(self):
        """Minutes to read it and to do what it asks."""
        doing = sum(block.values["minutes"] or 0 for block in self.blocks if block.kind == "activity")
        return self.words / WORDS_PER_MINUTE + doing


@dataclass(frozen=True)
class Test(Place):
    __test__ = False

    minutes: int = 0
    quiz: Quiz | None = None


@dataclass(frozen=True)
class Module(Place):
    steps: tuple[Lesson | Test, ...] = ()


@dataclass(frozen=True)
class Track(Place):
    slug: str = ""
    hours: float = 0
    facts: dict = field(default_factory=dict)
    modules: tuple[Module, ...] = ()

    @property
    def steps(self):
        """Every step of the track."""
        return [step for module in self.modules for step in module.steps]


@dataclass(frozen=True)
class Content:
    counts: dict
    again: dict
    tracks: tuple[Track, ...]
    glossary: dict
    bank: tuple[str, ...]
    statuses: dict

    @property
    def modules(self):
        """Every module."""
        return [module for track in self.tracks for module in track.modules]

    @property
    def lessons(self):
        """Every lesson."""
        return [step for track in self.tracks for step in track.steps if isinstance(step, Lesson)]

    @property
    def quizzes(self):
        """Every quiz."""
        return [step for track in self.tracks for step in track.steps if isinstance(step, Test)]

    @property
    def places(self):
        """Every page."""
        return [*self.tracks, *self.modules, *self.lessons, *self.quizzes]


@pytest.fixture(scope="session")
def content(worlds, django_db_blocker):
    """What the files of courses/content become on an empty database."""
    worlds.make([])
    with django_db_blocker.unblock(), transaction.atomic():
        catalogue = make_site()
        counts = dict(Loading(catalogue).run())
        again = dict(Loading(catalogue).run())
        tracks = tuple(read_track(page) for page in TrackPage.objects.order_by("path"))
        glossary = dict(GlossaryTerm.objects.values_list("term", "definition"))
        bank = tuple(BankQuestion.objects.filter(live=True).values_list("title", flat=True))
        found = Content(counts, again, tracks, glossary, bank, {})
        found.statuses.update({link: Client().get(link).status_code for link in internal_links(found)})
        transaction.set_rollback(True)
    return found


def read_track(page):
    """A track and all that it holds."""
    lines = {name: [str(block.value) for block in getattr(page, name)] for name in ("outcomes", "abilities", "sources")}
    said = (page.tagline, page.rhythm, page.format, *(line for values in lines.values() for line in values))
    return Track(
        **common(page, f"{page.slug}/parcours.md", texts=said, html=(page.introduction,)),
        slug=page.slug,
        hours=float(page.hours),
        facts=lines,
        modules=tuple(read_module(module) for module in ModulePage.objects.child_of(page).order_by("path")),
    )


def read_module(page):
    """A module and its steps."""
    said = (page.summary, *(str(block.value) for block in page.objectives))
    steps = StepPage.objects.child_of(page).order_by("path").specific()
    return Module(**common(page, page.url_path, texts=said), steps=tuple(read_step(step) for step in steps))


def read_step(page):
    """A lesson or a quiz."""
    if isinstance(page, LessonPage):
        found = tuple(read_block(child) for child in page.body)
        return Lesson(
            **common(
                page,
                page.url_path,
                texts=(page.summary, *(text for block in found for text in block.texts)),
                html=tuple(html for block in found for html in block.html),
            ),
            minutes=page.minutes,
            blocks=found,
        )
    quiz = quiz_of(page)
    rich = [getattr(question, name, "") for question in quiz.questions for name in RICH]
    lines = tuple(text for question in quiz.questions for text in lines_of_question(question.export()))
    return Test(
        **common(page, page.url_path, texts=(page.summary, page.introduction, *lines), html=tuple(filter(None, rich))),
        minutes=page.minutes,
        quiz=quiz,
    )


def lines_of_question(value):
    """The plain texts inside a frozen question, whatever its type: all its strings that are not names."""
    if isinstance(value, dict):
        return [text for key, inside in value.items() if key not in NAMES for text in lines_of_question(inside)]
    if isinstance(value, list):
        return [text for inside in value for text in lines_of_question(inside)]
    return [value] if isinstance(value, str) and value.strip() else []


def common(page, file, *, texts, html=()):
    """The fields of every place; rich text counts as text too."""
    return {
        "file": file,
        "title": page.title,
        "url": page.get_url(),
        "live": page.live,
        "texts": (page.title, page.search_description, *texts, *(plain(one) for one in html)),
        "html": html,
    }


def read_block(child):
    """A block of a lesson as plain values."""
    html = tuple(rich_texts(child.block, child.value))
    texts = (*lines_of(child.block, child.value), *(plain(one) for one in html))
    values = dict(child.value) if isinstance(child.block, blocks.StructBlock) else {}
    return Block(child.block_type, values, html, tuple(text for text in texts if text))


def leaves(block, value):
    """The simplest blocks inside a block, with their values."""
    if isinstance(block, blocks.ListBlock):
        for item in value.bound_blocks:
            yield from leaves(item.block, item.value)
    elif isinstance(block, blocks.StructBlock) and hasattr(value, "items"):
        for name, child in block.child_blocks.items():
            yield from leaves(child, value.get(name))
    else:
        yield block, value


def rich_texts(block, value):
    """The rich texts inside a block."""
    return [one.source for leaf, one in leaves(block, value) if isinstance(leaf, RichTextBlock)]


def lines_of(block, value):
    """The plain texts inside a block, and the alternative text of a picture."""
    found = [one for _, one in leaves(block, value) if isinstance(one, str)]
    pictures = [getattr(one, "contextual_alt_text", None) for _, one in leaves(block, value)]
    return found + [text for text in pictures if text]


def internal_links(found):
    """The addresses of our own that the texts lead to."""
    return {link.split("#")[0] for place in found.places for link in links(place) if link.startswith("/")} - {""}


def links(place):
    """The addresses in the rich texts of a page."""
    return [link for html in place.html for link in re.findall(r'href="([^"]*)"', html)]


def around(text, match):
    """The words around what was found, to find it again."""
    return text[max(0, match.start() - 60) : match.end() + 60]


def faults(places, faulty):
    """The files whose page is faulty, with what is wrong."""
    return {place.file: wrong for place in places if (wrong := faulty(place))}


def test_everything_loads_and_a_second_run_changes_nothing(content):
    files = [*CONTENT.glob("*/parcours.md"), *CONTENT.glob("*/*/*.md"), *CONTENT.glob("*/*/*.yaml")]
    terms, bank = len(content.glossary), len(content.bank)
    assert content.counts == {"created": len(files), "terms created": terms, "bank questions created": bank}
    assert content.again == {"kept": len(files), "terms kept": terms, "bank questions kept": bank}
    assert faults(content.places, lambda place: not place.live) == {}


def test_the_four_tracks_are_there_with_all_their_modules(content):
    assert [track.slug for track in content.tracks] == list(TRACKS)
    assert {track.slug: [module.title for module in track.modules] for track in content.tracks} == {
        "jeunes": [
            "Pourquoi jouer collectif ?",
            "Qui fait quoi sur mon territoire ?",
            "Quatre façons de s’allier",
            "À toi de jouer",
        ],
        "catalyseurs": [
            "Se situer",
            "Écouter le premier kilomètre",
            "Animer le dialogue territorial",
            "Expérimenter ensemble",
            "Équilibrer et évaluer",
            "Durer",
        ],
        "chefs-de-projet": [
            "Repérer de quoi l’on parle",
            "Préparer avant de rencontrer",
            "Construire l’accord",
            "Piloter et évaluer",
            "Financer et pérenniser",
        ],
        "decideurs": [
            "Décider de s’allier",
            "Situer son territoire ou son organisation",
            "Gouverner à plusieurs",
            "Investir dans le lien",
        ],
    }


def test_every_track_says_what_it_brings_and_where_it_comes_from(content):
    few = {track.slug: {name: len(values) for name, values in track.facts.items()} for track in content.tracks}
    assert {slug: counts for slug, counts in few.items() if min(counts.values()) < 3} == {}
    assert faults(content.tracks, lambda track: [text for text in track.texts if not text.strip()]) == {}


def test_no_module_and_no_step_is_empty(content):
    assert faults(content.modules, lambda module: len(module.steps) < 4) == {}
    assert faults(content.modules, lambda module: not isinstance(module.steps[-1], Test)) == {}
    assert faults(content.lessons, lambda lesson: lesson.words < 400) == {}
    assert faults(content.quizzes, lambda test: len(test.quiz.questions) < 5) == {}
    assert faults([*content.lessons, *content.quizzes], lambda step: not step.texts[2].strip()) == {}


def test_every_lesson_has_exactly_one_list_of_what_to_remember(content):
    assert faults(content.lessons, lambda one: [block.kind for block in one.blocks].count("takeaways") != 1) == {}


def test_every_lesson_ends_with_its_sources(content):
    assert faults(content.lessons, lambda lesson: "<h2>Sources</h2>" not in lesson.blocks[-1].html[0]) == {}


def test_every_figure_is_dated_and_sourced(content):
    def undated(lesson):
        figures = [block.values for block in lesson.blocks if block.kind == "figure"]
        return [one["value"] for one in figures if not re.search(r"\b(19|20)\d\d\b", one["date"]) or not one["source"]]

    assert faults(content.lessons, undated) == {}
    assert sum(block.kind == "figure" for lesson in content.lessons for block in lesson.blocks) > 40


def test_every_story_is_sourced_or_told_as_composed(content):
    def unsaid(lesson):
        stories = [block.values for block in lesson.blocks if block.kind in {"testimony", "example"}]
        return [story for story in stories if not story["source"] and not story["composed"]]

    assert faults(content.lessons, unsaid) == {}


def test_declared_minutes_are_near_the_time_of_reading_and_doing(content):
    low, high = NEAR
    assert faults(content.lessons, lambda one: not low <= one.minutes / one.estimate <= high and one.estimate) == {}


def test_the_hours_of_a_track_are_those_of_its_steps(content):
    said = {track.slug: track.hours for track in content.tracks}
    summed = {track.slug: round(sum(step.minutes for step in track.steps) / 30) / 2 for track in content.tracks}
    assert said == summed


def test_an_attestation_never_waits_for_a_reader_when_everything_else_is_right(content):
    def waits(test):
        right = {question.id: question.right_response for question in test.quiz.questions if question.automatic}
        return test.quiz.pass_mark is not None and not grade(test.quiz, right).passed

    assert faults(content.quizzes, waits) == {}


def test_every_question_of_the_bank_can_be_drawn(content):
    drawn = {
        question.id
        for test in content.quizzes
        for draw in test.quiz.draws
        for question in test.quiz.questions
        if question.id in draw.pool
    }
    assert len(drawn) == len(content.bank) > 0


def test_every_question_is_explained(content):
    def unexplained(test):
        return [one.summary for one in test.quiz.questions if len(plain(one.explanation).split()) < 8]

    assert faults(content.quizzes, unexplained) == {}


def test_the_right_answer_is_not_to_be_guessed_from_its_place_or_its_length(content):
    def guessable(test):
        single = [question.options for question in test.quiz.questions if question.kind == "single"]
        places = {next(at for at, option in enumerate(options) if option.correct) for options in single}
        longest = [max(options, key=lambda option: len(option.text)).correct for options in single]
        return len(single) < 3 or len(places) == 1 or all(longest)

    assert faults(content.quizzes, guessable) == {}


def test_neither_true_nor_false_is_always_right_in_a_track(content):
    answers = {
        track.slug: {
            question.answer
            for step in track.steps
            if isinstance(step, Test)
            for question in step.quiz.questions
            if question.kind == "true_false"
        }
        for track in content.tracks
    }
    assert answers == {key: {True, False} for key in TRACKS}


def test_choices_of_a_question_are_all_different(content):
    def doubled(test):
        chosen = [question for question in test.quiz.questions if question.control == "choices"]
        texts = [[option.text for option in question.options] for question in chosen]
        return [options for options in texts if len(set(options)) < len(options)]

    assert faults(content.quizzes, doubled) == {}


def test_text_uses_only_the_marks_that_editors_have(content):
    def foreign(place):
        return {tag for html in place.html for tag in re.findall(r"<(\w+)", html)} - TAGS

    assert faults(content.places, foreign) == {}


def test_boxes_hold_no_headings_but_sheets(content):
    def headed(lesson):
        boxes = [block for block in lesson.blocks if block.kind not in {"text", "sheet"}]
        return [block.kind for block in boxes if re.search(r"<h\d", "".join(block.html))]

    assert faults(content.lessons, headed) == {}


def test_headings_never_skip_a_level(content):
    def skipping(lesson):
        levels = [0, *(int(level) for html in lesson.html for level in re.findall(r"<h(\d)>", html))]
        return levels[1:2] == [3]

    assert faults(content.lessons, skipping) == {}


def test_every_picture_is_described(content):
    def undescribed(lesson):
        pictures = [block.values["image"] for block in lesson.blocks if block.kind == "image"]
        return [one.title for one in pictures if not one.decorative and len(one.contextual_alt_text) < 20]

    assert faults(content.lessons, undescribed) == {}


def test_internal_links_are_alive(content):
    assert {link: status for link, status in content.statuses.items() if status not in {200, 403}} == {}


def test_external_links_are_whole_and_encrypted(content):
    def broken(place):
        return [link for link in links(place) if not re.fullmatch(r"(/|#|mailto:|https://[\w.-]+\.\w+).*", link)]

    assert faults(content.places, broken) == {}


def test_no_straight_quote_is_shown(content):
    def straight(text):
        return [around(text, match) for match in re.finditer("['\"]", text)]

    assert faults(content.places, lambda place: [wrong for text in place.texts for wrong in straight(text)]) == {}
    assert {term: wrong for term, text in content.glossary.items() if (wrong := straight(term + text))} == {}


def test_our_attestation_is_never_called_a_certification_or_a_diploma(content):
    def boasting(place):
        found = [around(text, match) for text in place.texts for match in re.finditer(TITLES, text)]
        return [words for words in found if not any(other in words for other in OTHERS)]

    assert faults(content.places, boasting) == {}


def test_no_filler_is_left(content):
    def filler(place):
        return [text for text in place.texts if re.search(r"lorem|ipsum|TODO|XXX|à compléter", text, re.IGNORECASE)]

    assert faults(content.places, filler) == {}


def test_titles_are_unique_within_a_track(content):
    for track in content.tracks:
        titles = sorted(place.title for place in [*track.modules, *track.steps])
        assert [title for title, same in groupby(titles) if len(list(same)) > 1] == []


def test_the_young_are_called_tu_and_the_others_vous(content):
    polite, familiar = r"\b([Vv]ous|[Vv]otre|[Vv]os)\b", r"\b([Tt]u|[Tt]on|[Tt]oi|[Tt]es)\b"
    said = {
        track.slug: {
            "vous": sum(len(re.findall(polite, text)) for place in track.steps for text in place.texts),
            "tu": sum(len(re.findall(familiar, text)) for place in track.steps for text in place.texts),
        }
        for track in content.tracks
    }
    assert {slug: counts["tu"] > counts["vous"] for slug, counts in said.items()} == {
        slug: slug == "jeunes" for slug in TRACKS
    }


def test_every_word_of_the_glossary_is_defined_in_a_sentence(content):
    assert {term: text for term, text in content.glossary.items() if not text.endswith(".") or len(text) < 40} == {}


def test_the_rollback_leaves_no_page_behind(content, db):
    assert Page.objects.filter(depth__gt=1).count() == 0
    assert QuizPage.objects.count() == 0
