"""The glossary: one definition per word, whatever its case, chosen in lessons."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.models import GlossaryTerm, LessonPage
from tests.courses.admin_forms import edit_url, form_of
from tests.courses.samples import block
from tests.factories.courses import make_lesson, make_module, make_track

pytestmark = pytest.mark.django_db


def test_a_word_is_defined_once_whatever_its_case():
    GlossaryTerm.objects.create(term="Tiers-lieu", definition="Un lieu partagé.")
    with pytest.raises(ValidationError) as refused:
        GlossaryTerm(term="TIERS-LIEU", definition="Autre chose.").full_clean()
    assert refused.value.messages == ["Ce terme est déjà dans le glossaire."]
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryTerm.objects.create(term="tiers-LIEU", definition="Autre chose.")


def test_words_are_in_alphabetical_order_whatever_their_case():
    for term in ("bien commun", "Alliance", "Carré magique", "autodiagnostic"):
        GlossaryTerm.objects.create(term=term, definition="…")
    assert [str(term) for term in GlossaryTerm.objects.all()] == [
        "Alliance",
        "autodiagnostic",
        "bien commun",
        "Carré magique",
    ]


@pytest.mark.parametrize(
    ("term", "anchor"), [("Tiers-lieu", "tiers-lieu"), ("Boussole de l’ODD 17", "boussole-de-lodd-17")]
)
def test_a_word_has_an_address_of_its_own_on_the_page(term, anchor):
    assert GlossaryTerm(term=term).anchor == anchor


def test_a_lesson_shows_the_definition_of_the_day(site, client):
    term = GlossaryTerm.objects.create(term="Tiers-lieu", definition="Un lieu partagé.")
    lesson = make_lesson(make_module(make_track(site, modules=())), body=[block("term", term=term.pk)])
    assert "Un lieu partagé." in client.get(lesson.get_url()).content.decode()
    GlossaryTerm.objects.update(definition="Un lieu à plusieurs.")
    assert "Un lieu à plusieurs." in client.get(lesson.get_url()).content.decode()


def test_an_editor_chooses_a_word_for_a_lesson(site, editor):
    term = GlossaryTerm.objects.create(term="Tiers-lieu", definition="Un lieu partagé.")
    lesson = make_lesson(make_module(make_track(site, modules=())))
    form = form_of(editor, lesson, body=[block("term", term=term.pk)], **{"action-publish": "yes"})
    assert editor.post(edit_url(lesson), form).status_code == 302
    assert LessonPage.objects.get().body[0].value["term"] == term
