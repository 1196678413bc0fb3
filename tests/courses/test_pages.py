"""Page types in Wagtail: where they stand, that they can be edited, previewed, and take no POST."""

import json
import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from wagtail.coreutils import get_dummy_request
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction, Site, get_page_models

from courses.loading import lines
from courses.models import CataloguePage, LessonPage, ModulePage, QuizPage, StepPage, TrackPage
from learners import schedule
from learners.models import Attempt, Completion, Enrolment
from lms.models import HomePage, StandardPage
from tests.courses.admin_forms import edit_url, form_of
from tests.courses.samples import every_block
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, publish
from tests.worlds import made_once

pytestmark = pytest.mark.django_db

TYPES = [HomePage, CataloguePage, StandardPage, TrackPage, ModulePage, LessonPage, QuizPage]
each_type = pytest.mark.parametrize("model", TYPES, ids=lambda model: model.__name__)


@made_once
def tree(site):
    """A live page of each type, as full as it can be."""
    home = publish(HomePage.objects.get())
    standard = StandardPage(title="À propos", slug="a-propos", body=every_block())
    home.add_child(instance=standard)
    publish(standard)
    track = make_track(site, modules=(), sources=lines("source", ["Un rapport, 2020"], "jeunes"), rhythm="une heure")
    module = make_module(track, objectives=lines("objective", ["écouter"], "module"))
    make_lesson(module, body=every_block())
    make_quiz(module, max_attempts=3, introduction="Trois questions.")


def streams(page):
    """The content of a page's streams as it is stored, without the marks of the admin's editor."""
    fields = [field for field in page._meta.get_fields() if isinstance(field, StreamField)]
    values = {field.name: field.value_from_object(page) for field in fields}
    for value in values.values():
        list(value)  # a block that was read says all it holds, also what its type has learnt since it was written
    stored = {field.name: field.get_prep_value(values[field.name]) for field in fields}
    return json.loads(re.sub(r' data-block-key=\\"\w+\\"', "", json.dumps(stored)))


def test_no_page_type_is_left_out():
    ours = {model for model in get_page_models() if model._meta.app_label in {"courses", "lms"}}
    assert ours - {StepPage} == set(TYPES)


@pytest.mark.parametrize(
    ("model", "parents", "children"),
    [
        (HomePage, {Page}, {CataloguePage, StandardPage}),
        (CataloguePage, {HomePage}, {TrackPage}),
        (StandardPage, {HomePage, StandardPage}, {StandardPage}),
        (TrackPage, {CataloguePage}, {ModulePage}),
        (ModulePage, {TrackPage}, {LessonPage, QuizPage}),
        (LessonPage, {ModulePage}, set()),
        (QuizPage, {ModulePage}, set()),
    ],
)
def test_each_type_stands_only_where_it_makes_sense(model, parents, children):
    assert set(model.allowed_parent_page_models()) == parents
    assert set(model.allowed_subpage_models()) == children


def test_a_bare_step_cannot_be_created():
    assert StepPage.is_creatable is False


def test_there_is_one_home_and_one_catalogue(site):
    assert HomePage.can_create_at(Page.objects.get(depth=1)) is False
    assert CataloguePage.can_create_at(HomePage.objects.get()) is False


def test_wagtail_finds_each_page_at_its_own_address(tree):
    root = Site.objects.get().root_page.specific
    pages = [model.objects.get() for model in TYPES]
    routes = [root.route(get_dummy_request(), [part for part in page.get_url().split("/") if part]) for page in pages]
    assert [route.page.pk for route in routes] == [page.pk for page in pages]


def test_each_page_is_served_at_its_own_address(tree, client):
    # The quiz is not the first step of its track: a visitor is told why it is closed.
    for model in TYPES:
        page = model.objects.get()
        response = client.get(page.get_url())
        assert (model, response.status_code) == (model, 403 if model is QuizPage else 200)
        assert page.title in response.content.decode()


def test_no_page_takes_a_post(tree, editor):
    for model in TYPES:
        answer = editor.post(model.objects.get().get_url(), {"title": "x"})
        assert (model, answer.status_code, answer["Allow"]) == (model, 405, "GET, HEAD")


@each_type
def test_a_page_that_is_saved_unchanged_keeps_every_word_of_it(tree, editor, model):
    page = model.objects.get()
    before = streams(page)
    response = editor.post(edit_url(page), form_of(editor, page, **{"action-publish": "yes"}))
    assert (response.status_code, response.get("Location")) == (302, f"/admin/pages/{page.get_parent().pk}/")
    saved = model.objects.get()
    assert saved.live_revision_id == saved.latest_revision_id != page.live_revision_id
    assert streams(saved) == before
    assert (saved.title, saved.slug, saved.live, saved.has_unpublished_changes) == (page.title, page.slug, True, False)


@each_type
def test_a_draft_changes_nothing_for_readers_until_it_is_published(tree, editor, model):
    page = model.objects.get()
    editor.post(edit_url(page), form_of(editor, page, title="Un titre neuf"))
    saved = model.objects.get()
    assert (saved.title, saved.has_unpublished_changes) == (page.title, True)
    draft = saved.get_latest_revision_as_object()
    assert draft.title == "Un titre neuf"
    editor.post(edit_url(page), form_of(editor, draft, **{"action-publish": "yes"}))
    published = model.objects.get()
    assert (published.title, published.has_unpublished_changes) == ("Un titre neuf", False)


@each_type
def test_a_page_is_previewed_in_every_mode_with_its_unsaved_words(tree, editor, model):
    page = model.objects.get()
    address = f"/admin/pages/{page.pk}/edit/preview/"
    form = form_of(editor, page, title="Pas encore enregistré")
    modes = [mode for mode, _ in page.preview_modes]
    assert modes != []
    for mode in modes:
        checked = editor.post(address, form, QUERY_STRING=f"mode={mode}")
        assert checked.json() == {"is_valid": True, "is_available": True}
        shown = editor.get(address, {"mode": mode})
        html = shown.content.decode()
        assert (shown.status_code, html.count("<h1"), "Pas encore enregistré" in html) == (200, 1, True)
    assert model.objects.get().title == page.title


def test_a_preview_writes_no_record_of_learning(tree, editor):
    for model in TYPES:
        page = model.objects.get()
        address = f"/admin/pages/{page.pk}/edit/preview/"
        editor.post(address, form_of(editor, page))
        editor.get(address)
    assert [row.objects.count() for row in (Enrolment, Completion, Attempt)] == [0, 0, 0]


def test_a_draft_is_seen_by_its_editor_as_it_will_be(tree, editor):
    for model in TYPES:
        page = model.objects.get()
        page.title = "Brouillon"
        page.save_revision()
        shown = editor.get(f"/admin/pages/{page.pk}/view_draft/")
        assert (model, shown.status_code, "Brouillon" in shown.content.decode()) == (model, 200, True)


def test_no_page_can_be_hidden_behind_wagtails_own_privacy(tree, editor):
    # Who may open a step is said by the rules of its track, in one place.
    assert [model.private_page_options for model in TYPES] == [[] for _ in TYPES]
    for model in TYPES:
        address = f"/admin/pages/{model.objects.get().pk}/privacy/"
        assert "restriction_type" not in editor.get(address).json()["html"]
        editor.post(address, {"restriction_type": "login"})
    assert PageViewRestriction.objects.count() == 0


def test_the_catalogue_keeps_the_address_that_printed_links_rely_on(site):
    site.slug = "cours"
    with pytest.raises(ValidationError) as refused:
        site.full_clean()
    assert refused.value.message_dict == {
        "slug": ["L’adresse du catalogue est « parcours » : des liens imprimés en dépendent."]
    }
    site.slug = "parcours"
    site.full_clean()


def test_an_editor_cannot_move_the_catalogue(tree, editor):
    page = CataloguePage.objects.get()
    response = editor.post(edit_url(page), form_of(editor, page, slug="cours", **{"action-publish": "yes"}))
    assert response.context["form"].errors == {
        "slug": ["L’adresse du catalogue est « parcours » : des liens imprimés en dépendent."]
    }
    assert CataloguePage.objects.get().slug == "parcours"


@pytest.mark.parametrize(
    ("model", "field", "accepted", "refused"),
    [
        (TrackPage, "hours", [Decimal("0.5"), 6, Decimal("6.5"), 200], [0, Decimal("6.3"), Decimal("200.5")]),
        (TrackPage, "reminder_after_days", [0, 120], [-1, 121]),
        (LessonPage, "minutes", [1, 600], [0, 601]),
        (QuizPage, "pass_mark", [None, 1, 100], [0, 101]),
        (QuizPage, "max_attempts", [None, 1], [0]),
    ],
)
def test_a_figure_out_of_bounds_is_refused(tree, model, field, accepted, refused):
    page = model.objects.get()
    for value in accepted:
        setattr(page, field, value)
        page.full_clean()
    for value in refused:
        setattr(page, field, value)
        with pytest.raises(ValidationError) as error:
            page.full_clean()
        assert list(error.value.message_dict) == [field]


@each_type
def test_a_page_goes_live_at_its_hour(tree, editor, time_machine, model):
    time_machine.move_to("2026-11-23 09:00:00+01:00", tick=False)
    page = model.objects.get()
    scheduled = {"title": "À l’heure dite", "go_live_at": "2026-11-24 08:00", "action-publish": "yes"}
    editor.post(edit_url(page), form_of(editor, page, **scheduled))
    time_machine.move_to("2026-11-24 07:59:00+01:00", tick=False)
    schedule.publish_scheduled()
    assert model.objects.get().title == page.title
    time_machine.move_to("2026-11-24 08:01:00+01:00", tick=False)
    schedule.publish_scheduled()
    assert (model.objects.get().title, model.objects.get().live) == ("À l’heure dite", True)


def test_a_page_leaves_at_its_hour(tree, editor, time_machine):
    time_machine.move_to("2026-11-23 09:00:00+01:00", tick=False)
    page = LessonPage.objects.get()
    leaving = {"expire_at": "2026-11-24 08:00", "action-publish": "yes"}
    editor.post(edit_url(page), form_of(editor, page, **leaving))
    schedule.publish_scheduled()
    assert LessonPage.objects.get().live is True
    time_machine.move_to("2026-11-24 08:01:00+01:00", tick=False)
    schedule.publish_scheduled()
    assert (LessonPage.objects.get().live, page.slug) == (False, "une-lecon")
