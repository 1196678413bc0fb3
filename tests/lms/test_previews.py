"""The previews of letters at the browser of an administrator."""

from datetime import timedelta

import pytest
from django.core import mail

from learners.models import Letter, User
from tests.factories.learners import NOW, enrol, make_person
from tests.lms.visiting import Visitor

ADDRESS = "/admin/letters/previews/"


@pytest.fixture
def louise(site):
    """An administrator at the browser."""
    return Visitor(User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand"))


@pytest.fixture
def tom(track):
    """Somebody else than Nadia who follows the track."""
    person = make_person("tom@example.org", first_name="Tom", last_name="Petit")
    return enrol(person, track, at=NOW - timedelta(days=12))


def test_the_list_of_letters_leads_to_the_previews(louise, tom):
    assert louise.open("/admin/letters/").links["Aperçus"] == ADDRESS


def test_a_letter_is_shown_with_its_words_its_headers_and_its_frame(louise, tom):
    page = louise.open(f"{ADDRESS}?kind=reminder-inactive&q=petit")
    assert page.status == 200
    facts = {row.dt.get_text(): row.dd.get_text() for row in page.soup.select(".lms-letter-facts div")}
    assert (facts["À"], facts["Pièces jointes"]) == ("tom@example.org", "Aucune")
    assert facts["List-Unsubscribe"].endswith("…/desinscription/>")
    assert "Bonjour Tom," in page.soup.pre.get_text()
    frame = page.soup.iframe
    assert frame.has_attr("sandbox")
    alone = louise.client.get(frame["src"])
    assert "Bonjour Tom," in alone.content.decode()
    assert "style-src 'unsafe-inline'" in alone.headers["Content-Security-Policy"]
    assert "default-src 'none'" in alone.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?kind=certificate", "Personne ne recevrait ce message"),
        ("?kind=welcome&voice=tu&q=tom", "avec ce choix"),
        ("?kind=welcome&who=999999", "Personne ne recevrait ce message"),
    ],
)
def test_a_letter_that_nobody_would_receive_says_so(louise, tom, query, words):
    page = louise.open(ADDRESS + query)
    assert (page.status, words in page.soup.main.get_text()) == (200, True)
    assert page.soup.iframe is None
    assert louise.client.get(f"{ADDRESS}html/{query}").status_code == 404


def test_the_button_sends_one_trial_however_often_it_is_pressed(louise, tom):
    page = louise.open(f"{ADDRESS}?kind=welcome")
    for _press in (1, 2):
        after = louise.press(page, "M’envoyer un essai")
    assert "L’essai part à louise@example.org." in after.soup.get_text()
    trial = Letter.objects.get(kind="trial")
    assert (trial.address, trial.subject.startswith("[Essai] ")) == ("louise@example.org", True)
    assert mail.outbox == []  # a worker sends it, after commit


def test_a_press_without_a_page_sends_nothing(louise, tom):
    page = louise.open(f"{ADDRESS}?kind=welcome")
    assert louise.press(page, "M’envoyer un essai", {"token": "x"}).status == 404
    assert not Letter.objects.filter(kind="trial").exists()


@pytest.mark.parametrize("people", [1, 3])
def test_the_previews_cost_as_much_with_one_person_as_with_three(louise, track, django_assert_num_queries, people):
    for number in range(people):
        enrol(make_person(f"p{number}@example.org"), track, at=NOW)
    with django_assert_num_queries(10):
        assert len(louise.open(f"{ADDRESS}?kind=welcome").soup.select(".lms-people li")) == people
