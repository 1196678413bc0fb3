"""Impatient hands, several tabs and the back button: one attempt, one result, one completion."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import FINISHED, answer, arrives_at, send, start_quiz


@pytest.fixture
def quiz(backstage):
    """The first graded quiz, at the end of the first module."""
    return next(step for step in backstage("steps", track="jeunes") if step["kind"] == "quiz")


@pytest.fixture
def taker(people, backstage, email, quiz):
    """Somebody in front of that quiz."""
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes", steps=quiz["number"] - 1)
    page = people.signed_in(backstage("session", email=email), "phone")
    page.goto(quiz["url"])
    return page


def attempts(backstage, email):
    """The (number, whether it was sent) of each attempt."""
    return [tuple(row[:2]) for row in backstage("attempts_of", email=email)]


def test_a_double_click_on_send_gives_one_result(taker, backstage, answers, email):
    start_quiz(taker)
    answer(taker, answers)
    taker.get_by_role("button", name="Envoyer mes réponses").dblclick()
    arrives_at(taker, "Quiz réussi, bravo !")
    assert attempts(backstage, email) == [(1, True)]


def test_a_double_click_on_start_opens_one_attempt(taker, backstage, email):
    taker.get_by_role("button", name="Commencer le quiz").dblclick()
    expect(taker.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
    assert attempts(backstage, email) == [(1, False)]


def test_a_double_click_on_the_end_of_a_lesson_finishes_one_step(people, backstage, email):
    steps = backstage("steps", track="jeunes")
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes")
    page = people.signed_in(backstage("session", email=email), "phone")
    page.goto(steps[0]["url"])
    page.get_by_role("button", name=FINISHED).dblclick()
    arrives_at(page, steps[1]["title"])
    assert backstage("completions_of", email=email) == 1


def test_two_tabs_meet_in_one_attempt_and_the_late_one_is_shown_the_result(taker, backstage, answers, email, quiz):
    late = taker.context.new_page()
    late.goto(quiz["url"])
    start_quiz(taker)
    late.get_by_role("button", name="Commencer le quiz").click()
    expect(late.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
    taker.bring_to_front()
    answer(taker, answers)
    send(taker)
    arrives_at(taker, "Quiz réussi, bravo !")
    late.bring_to_front()
    answer(late, answers, "wrong")
    send(late)
    arrives_at(late, "Quiz réussi, bravo !")
    expect(late.get_by_role("status").filter(has_text="Ces réponses ont déjà été envoyées")).to_be_visible()
    assert late.url == taker.url
    assert attempts(backstage, email) == [(1, True)]


def test_answers_saved_in_one_tab_are_there_in_the_other(taker, backstage, answers, email, quiz):
    start_quiz(taker)
    answer(taker, answers, but=(1,))
    taker.get_by_role("button", name="Enregistrer et continuer plus tard").click()
    expect(taker.get_by_role("status").filter(has_text="Réponses enregistrées")).to_be_visible()
    other = taker.context.new_page()
    other.goto(quiz["url"])
    checked = "input:checked"
    expect(other.locator("fieldset.question").first.locator(checked)).to_have_count(0)
    assert other.locator(checked).count() == taker.locator(checked).count() > 0
    send(other)
    expect(other.get_by_role("heading", name="1 question sans réponse")).to_be_visible()
    other.get_by_role("button", name="Envoyer sans ces réponses").click()
    expect(other.get_by_text("Sans réponse", exact=True)).to_have_count(1)
    assert attempts(backstage, email) == [(1, True)]


def test_the_back_button_after_sending_offers_no_second_send(taker, backstage, answers, email, quiz):
    start_quiz(taker)
    answer(taker, answers)
    send(taker)
    arrives_at(taker, "Quiz réussi, bravo !")
    taker.go_back()
    expect(taker).to_have_url(re.compile(re.escape(quiz["url"]) + "$"))
    expect(taker.get_by_role("button", name="Envoyer mes réponses")).to_have_count(0)
    expect(taker.get_by_role("link", name="Tentative 1")).to_be_visible()
    taker.go_forward()
    arrives_at(taker, "Quiz réussi, bravo !")
    assert attempts(backstage, email) == [(1, True)]


def test_the_back_button_after_the_end_of_a_lesson_keeps_it_finished(people, backstage, email):
    steps = backstage("steps", track="jeunes")
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes")
    page = people.signed_in(backstage("session", email=email), "phone")
    page.goto(steps[0]["url"])
    page.get_by_role("button", name=FINISHED).click()
    arrives_at(page, steps[1]["title"])
    page.go_back()
    arrives_at(page, steps[0]["title"])
    expect(page.get_by_role("button", name=FINISHED)).to_have_count(0)
    expect(page.get_by_text("Étape terminée").first).to_be_visible()
    assert backstage("completions_of", email=email) == 1


def test_leaving_a_quiz_in_the_middle_takes_nothing_away(taker, answers, quiz):
    start_quiz(taker)
    answer(taker, answers, but=(1,))
    checked = taker.locator("input:checked").count()
    taker.get_by_role("link", name="Faire alliance").first.click()
    arrives_at(taker, "Apprendre à faire alliance")
    taker.goto(quiz["url"])
    expect(taker.locator("input:checked")).to_have_count(checked)


def test_a_step_taken_away_while_somebody_reads_it_loses_nothing(people, backstage, email):
    steps = backstage("steps", track="catalyseurs")
    backstage("person", email=email)
    backstage("follow", email=email, track="catalyseurs", steps=1)
    page = people.signed_in(backstage("session", email=email))
    page.goto(steps[1]["url"])
    backstage("publish", pk=steps[1]["pk"], live=False)
    try:
        page.get_by_role("button", name=FINISHED).click()
        arrives_at(page, "Cette étape n’est plus proposée")
        assert backstage("completions_of", email=email) == 1
    finally:
        backstage("publish", pk=steps[1]["pk"], live=True)
    page.goto(steps[1]["url"])
    arrives_at(page, steps[1]["title"])
