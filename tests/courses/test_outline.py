"""The outline: one query, what is live, in reading order."""

from decimal import Decimal

import pytest
from wagtail.models import Page

from courses.models import LessonPage, ModulePage, TrackPage
from courses.outline import outline_by_pk, outline_by_slug, outline_of_step, outlines
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, publish

pytestmark = pytest.mark.django_db


def titles(outline):
    """What the outline shows, module by module."""
    return {module.title: [step.title for step in module.steps] for module in outline.modules}


@pytest.mark.parametrize("size", [1, 3])
def test_the_outline_of_a_track_is_one_query_whatever_its_size(site, size, django_assert_num_queries):
    track = make_track(site, modules=((size, True),) * size)
    step = LessonPage.objects.first()
    with django_assert_num_queries(1):
        outline = outline_by_pk(track.pk)
        assert len(outline.steps) == size * (size + 1)
    with django_assert_num_queries(1):
        assert outline_by_slug("jeunes") == outline
    with django_assert_num_queries(1):
        assert outline_of_step(step.pk) == outline


@pytest.mark.parametrize("tracks", [1, 3])
def test_all_the_outlines_are_one_query_whatever_their_number(site, tracks, django_assert_num_queries):
    slugs = ["jeunes", "catalyseurs", "decideurs"][:tracks]
    for slug in slugs:
        make_track(site, slug=slug, modules=((1, False),))
    with django_assert_num_queries(1):
        assert [outline.slug for outline in outlines()] == slugs


def test_the_outline_says_what_authors_wrote(site):
    track = make_track(
        site,
        slug="decideurs",
        modules=(),
        title="Décideurs",
        tagline="Décider.",
        hours=Decimal("3.5"),
        in_order=False,
        informal=True,
        award=TrackPage.Award.FOLLOWED,
        reminder_after_days=21,
    )
    module = make_module(track, title="Situer", slug="situer", summary="D’où l’on part.")
    lesson = make_lesson(
        module, title="Les absents", slug="absents", minutes=12, summary="Qui manque ?", required=False
    )
    outline = outline_by_pk(track.pk)
    assert (outline.title, outline.slug, outline.url, outline.audience, outline.tagline) == (
        "Décideurs",
        "decideurs",
        "/parcours/decideurs/",
        "decideurs",
        "Décider.",
    )
    assert (outline.hours, outline.in_order, outline.informal, outline.award, outline.reminder_after_days) == (
        Decimal("3.5"),
        False,
        True,
        "suivi",
        21,
    )
    (part,) = outline.modules
    assert (part.pk, part.title, part.slug, part.summary, part.number, part.url) == (
        module.pk,
        "Situer",
        "situer",
        "D’où l’on part.",
        1,
        "/parcours/decideurs/situer/",
    )
    (step,) = part.steps
    assert (step.pk, step.title, step.slug, step.summary, step.minutes, step.required, step.module_pk) == (
        lesson.pk,
        "Les absents",
        "absents",
        "Qui manque ?",
        12,
        False,
        module.pk,
    )
    assert (step.kind, step.kind_label, step.number) == ("lesson", "leçon", 1)


def test_addresses_are_those_that_wagtail_gives(track):
    outline = outline_by_pk(track.pk)
    places = [outline, *outline.modules, *outline.steps]
    assert [place.url for place in places] == [Page.objects.get(pk=place.pk).get_url() for place in places]


def test_steps_are_numbered_through_the_whole_track_in_the_order_of_the_tree(track):
    outline = outline_by_pk(track.pk)
    assert [(step.number, step.title, step.kind) for step in outline.steps] == [
        (1, "Leçon 1.1", "lesson"),
        (2, "Leçon 1.2", "lesson"),
        (3, "Quiz 1", "quiz"),
        (4, "Leçon 2.1", "lesson"),
    ]
    assert [(module.number, module.title) for module in outline.modules] == [(1, "Module 1"), (2, "Module 2")]


def test_moving_a_step_or_a_module_changes_the_order_and_the_numbers(track):
    second = LessonPage.objects.get(title="Leçon 1.2")
    second.move(LessonPage.objects.get(title="Leçon 1.1"), pos="left")
    first_module, second_module = ModulePage.objects.order_by("path")
    second_module.move(first_module, pos="left")
    outline = outline_by_pk(track.pk)
    assert [(step.number, step.title) for step in outline.steps] == [
        (1, "Leçon 2.1"),
        (2, "Leçon 1.2"),
        (3, "Leçon 1.1"),
        (4, "Quiz 1"),
    ]
    assert [(module.number, module.title) for module in outline.modules] == [(1, "Module 2"), (2, "Module 1")]


def test_a_step_that_is_not_live_has_no_place_and_no_number(track):
    LessonPage.objects.get(title="Leçon 1.2").unpublish()
    outline = outline_by_pk(track.pk)
    assert titles(outline) == {"Module 1": ["Leçon 1.1", "Quiz 1"], "Module 2": ["Leçon 2.1"]}
    assert [step.number for step in outline.steps] == [1, 2, 3]


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [("Module 1", {"Module 2": ["Leçon 2.1"]}), ("Module 2", {"Module 1": ["Leçon 1.1", "Leçon 1.2", "Quiz 1"]})],
)
def test_a_module_that_is_not_live_hides_its_live_steps(track, hidden, shown):
    module = ModulePage.objects.get(title=hidden)
    module.unpublish()
    assert LessonPage.objects.child_of(module).live().exists()
    outline = outline_by_pk(track.pk)
    assert titles(outline) == shown
    assert [step.number for step in outline.steps] == list(range(1, len(outline.steps) + 1))
    assert {step.module_pk for step in outline.steps} == {outline.modules[0].pk}


def test_a_track_that_is_not_live_has_no_outline_and_hides_what_it_holds(site, track):
    step = LessonPage.objects.get(title="Leçon 1.1")
    other = make_track(site, slug="catalyseurs", modules=((1, False),))
    track.unpublish()
    assert outline_by_pk(track.pk) is None
    assert outline_by_slug("jeunes") is None
    assert outline_of_step(step.pk) is None
    assert outlines() == [outline_by_pk(other.pk)]


def test_an_edit_shows_only_once_published(track):
    lesson = LessonPage.objects.get(title="Leçon 1.1")
    lesson.title = "Un autre titre"
    lesson.save_revision()
    assert outline_by_pk(track.pk).first.title == "Leçon 1.1"
    publish(lesson)
    assert outline_by_pk(track.pk).first.title == "Un autre titre"


def test_tracks_do_not_mix(site, track):
    other = make_track(site, slug="catalyseurs", modules=((1, True),))
    assert titles(outline_by_pk(other.pk)) == {"Module 1": ["Leçon 1.1", "Quiz 1"]}
    assert len(outline_by_pk(track.pk).steps) == 4
    ids = [{step.pk for step in outline.steps} for outline in outlines()]
    assert ids[0] & ids[1] == set()


def test_a_step_leads_to_its_own_track_even_when_it_is_a_draft(site, track):
    make_track(site, slug="catalyseurs", modules=((1, False),))
    draft = LessonPage.objects.child_of(ModulePage.objects.get(slug="module-2")).first()
    draft.unpublish()
    outline = outline_of_step(draft.pk)
    assert outline.pk == track.pk
    assert draft.pk not in outline.by_pk


@pytest.mark.parametrize("missing", [0, 999_999])
def test_what_does_not_exist_has_no_outline(track, missing):
    assert outline_by_pk(missing) is None
    assert outline_of_step(missing) is None
    assert outline_by_slug("ailleurs") is None


def test_a_page_that_is_not_a_step_leads_nowhere(track):
    assert outline_of_step(track.pk) is None
    assert outline_by_pk(LessonPage.objects.first().pk) is None


def test_an_empty_track_has_no_first_step(site):
    outline = outline_by_pk(make_track(site, modules=()).pk)
    assert (outline.modules, outline.steps, outline.first, outline.minutes) == ((), (), None, 0)


def test_the_outline_finds_its_places(track):
    outline = outline_by_pk(track.pk)
    first, second = outline.modules
    assert outline.module(second.pk) == second
    assert outline.module(0) is None
    assert outline.module_by_slug("module-1") == first
    assert outline.module_by_slug("module-9") is None
    assert outline.step_by_slug("module-1", "quiz-1") == first.steps[2]
    assert outline.step_by_slug("module-2", "quiz-1") is None
    assert outline.step_by_slug("module-9", "quiz-1") is None
    assert [outline.by_pk[step.pk] for step in outline.steps] == list(outline.steps)
    assert outline.first == outline.steps[0]
    assert outline.before(outline.steps[2]) == outline.steps[:2]
    assert outline.before(outline.first) == ()


def test_two_modules_may_hold_the_same_address(site):
    track = make_track(site, modules=())
    for number in (1, 2):
        make_quiz(make_module(track, number=number), title=f"Quiz {number}", slug="quiz")
    outline = outline_by_pk(track.pk)
    assert [outline.step_by_slug(f"module-{number}", "quiz").title for number in (1, 2)] == ["Quiz 1", "Quiz 2"]


def test_only_required_steps_lead_to_the_attestation(site):
    track = make_track(site, modules=())
    module = make_module(track)
    needed = make_lesson(module, title="Obligatoire", minutes=10)
    make_lesson(module, title="Facultative", minutes=4, required=False)
    outline = outline_by_pk(track.pk)
    assert [step.title for step in outline.required] == ["Obligatoire"]
    assert outline.required_ids == {needed.pk}
    assert (outline.minutes, outline.modules[0].minutes) == (14, 14)
