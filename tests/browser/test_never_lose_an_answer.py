"""The mistakes that people and networks make in the middle of a quiz: nothing is lost, nothing is double.

Each test looks at the database, or at the result, afterwards.
"""

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, OPTIONS, SIZES
from tests.browser.people import arrives_at, send, start_quiz
from tests.browser.product import until

PASSWORD = "une phrase que je retiens"
WAITING = re.compile("Pas de connexion.")
EXPIRED = re.compile("Session expirée")
STALE = re.compile("Modifié depuis une autre page")
LATER = "Enregistrer et continuer plus tard"


@pytest.fixture
def quiz(backstage):
    """The first graded quiz, at the end of the first module."""
    return next(step for step in backstage("steps", track="jeunes") if step["kind"] == "quiz")


@pytest.fixture
def ready(backstage, email, quiz):
    """The address of somebody who has reached that quiz and knows their password."""
    backstage("person", email=email, password=PASSWORD)
    backstage("follow", email=email, track="jeunes", steps=quiz["number"] - 1)
    return email


class Taker:
    """Somebody in front of the quiz, and what the server holds of theirs."""

    def __init__(self, page, backstage, answers, email):
        self.page = page
        self.backstage = backstage
        self.answers = answers
        self.email = email

    def beside(self, page):
        """The same person in front of another page."""
        return Taker(page, self.backstage, self.answers, self.email)

    def question(self, number):
        """The group of controls of that question."""
        return self.page.locator("fieldset.question").nth(number - 1)

    def id_of(self, number):
        """The identifier of that question."""
        return self.question(number).locator("input[type=hidden]").get_attribute("name").removeprefix("q-")

    def tick(self, number, which="right"):
        """Answer that question; give its id and the response."""
        known = self.answers[self.id_of(number)]
        for box in self.question(number).locator("input:not([type=hidden])").all():
            ticked = box.get_attribute("value") in known[which]
            if ticked or box.get_attribute("type") == "checkbox":
                box.set_checked(ticked)
        return self.id_of(number), known[which]

    def tick_all(self):
        """Answer every question rightly."""
        return dict(self.tick(number) for number in range(1, self.page.locator("fieldset.question").count() + 1))

    def shown(self):
        """The ticked answers of the page, by question."""
        found = {}
        for box in self.page.locator("fieldset.question input:checked").all():
            found.setdefault(box.get_attribute("name").removeprefix("q-"), []).append(box.get_attribute("value"))
        return found

    def shows(self, expected):
        """Waits until the page has exactly these answers: a script puts some back once the page is there."""
        until(lambda: same(self.shown(), expected), f"{self.shown()} is not {expected}")

    def stored(self):
        """The answers of the one attempt, on the server."""
        (attempt,) = self.backstage("answers_of", email=self.email)
        return {question: response for question, response in attempt.items() if response}

    def stores(self, expected):
        """Waits until the server holds exactly these answers."""
        until(lambda: same(self.stored(), expected), f"{self.stored()} is not {expected}")

    def waits_with(self, words):
        """The page says so, in a region that is announced."""
        expect(self.page.locator("[role=alert]")).to_contain_text(words)

    def is_calm(self):
        """The page has nothing to complain about, and says when it saved."""
        expect(self.page.locator("[role=alert]")).to_be_empty()
        expect(self.page.locator("[data-lms-said]")).to_have_text(re.compile(r"^Enregistré à \d\d:\d\d$"))

    def left_behind(self):
        """How many entries the store of the browser holds."""
        return self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('reponses')).length")

    def passed_once(self):
        """One attempt, sent, with the full score; one completion more."""
        arrives_at(self.page, "Quiz réussi, bravo !")
        expect(self.page.locator(".score__figure")).to_contain_text(re.compile(r"^\s*100"))
        ((number, sent, _score),) = self.backstage("attempts_of", email=self.email)
        assert (number, sent) == (1, True)


def same(one, other):
    """Whether these are the same answers; the order of several ticks says nothing."""
    return {key: sorted(value) for key, value in one.items()} == {key: sorted(value) for key, value in other.items()}


def sit(page, backstage, answers, email, quiz):
    """Somebody who starts the quiz on that page."""
    page.goto(quiz["url"])
    start_quiz(page)
    return Taker(page, backstage, answers, email)


@pytest.fixture
def taker(people, backstage, answers, ready, quiz):
    """Somebody in the middle of the quiz, on a phone."""
    page = people.signed_in(backstage("session", email=ready), "phone")
    return sit(page, backstage, answers, ready, quiz)


@pytest.fixture
def plain_taker(people, backstage, answers, ready, quiz):
    """The same without JavaScript."""
    page = people.signed_in(backstage("session", email=ready), "phone", javascript=False)
    return sit(page, backstage, answers, ready, quiz)


# ---------------------------------------------------------------- as it is given


def test_an_answer_is_on_the_server_a_moment_after_it_was_given_and_the_page_says_so(taker):
    expected = dict([taker.tick(1)])
    taker.is_calm()
    assert same(taker.stored(), expected)
    assert taker.left_behind() == 0


def test_only_what_changed_is_sent(taker):
    bodies = []
    taker.page.on("request", lambda one: bodies.append(one.post_data) if one.method == "POST" else None)
    taker.tick(1)
    taker.is_calm()
    taker.tick(2)
    until(lambda: taker.stored().keys() == {taker.id_of(1), taker.id_of(2)}, "the second answer did not leave")
    assert [taker.id_of(1) in body.split("basis")[-1].split("q-", 1)[1] for body in bodies] == [True, False]


def test_leaving_the_page_at_once_after_an_answer_loses_nothing(taker, quiz):
    expected = dict([taker.tick(1)])
    taker.page.goto("/parcours/")
    taker.stores(expected)
    taker.page.goto(quiz["url"])
    taker.shows(expected)


def test_a_desktop_shows_what_was_answered_on_a_phone(taker, people, backstage, quiz):
    expected = dict(taker.tick(number) for number in (1, 3))
    taker.stores(expected)
    desktop = taker.beside(people.signed_in(backstage("session", email=taker.email)))
    desktop.page.goto(quiz["url"])
    desktop.shows(expected)
    desktop.tick_all()
    send(desktop.page)
    desktop.passed_once()


# ---------------------------------------------------------------- network lost


def test_answers_given_without_network_wait_and_leave_once_when_it_returns(taker):
    first = dict([taker.tick(1)])
    taker.is_calm()
    taker.page.context.set_offline(True)
    taker.waits_with(WAITING)
    rest = taker.tick_all()
    assert same(taker.stored(), first)
    assert taker.left_behind() == 1
    taker.page.context.set_offline(False)
    taker.is_calm()
    assert same(taker.stored(), rest)
    assert taker.left_behind() == 0
    send(taker.page)
    taker.passed_once()


def test_sending_without_network_is_held_back_on_the_page_and_works_later(taker):
    taker.tick_all()
    taker.page.context.set_offline(True)
    send(taker.page)
    taker.waits_with(WAITING)
    expect(taker.page.locator("[role=alert]")).to_be_focused()
    taker.page.context.set_offline(False)
    taker.is_calm()
    send(taker.page)
    taker.passed_once()


def test_a_server_that_fails_for_a_while_is_asked_again(taker):
    taker.page.route("**/enregistrer/", lambda route: route.abort())
    expected = dict([taker.tick(1)])
    taker.waits_with(WAITING)
    taker.page.unroute("**/enregistrer/")
    taker.is_calm()
    assert same(taker.stored(), expected)


def test_a_reply_that_got_lost_is_no_dispute_even_when_the_answer_changed_meanwhile(taker):
    def swallow(route):
        route.fetch()
        route.abort()

    taker.page.route("**/enregistrer/", swallow)
    lost = dict([taker.tick(1, "wrong")])
    taker.waits_with(WAITING)
    assert same(taker.stored(), lost)
    expected = dict([taker.tick(1)])
    taker.page.unroute("**/enregistrer/")
    taker.is_calm()
    assert same(taker.stored(), expected)


def test_a_tab_closed_without_network_has_its_answers_when_it_is_opened_again(taker, quiz):
    taker.tick(1)
    taker.is_calm()
    taker.page.context.set_offline(True)
    expected = taker.tick_all()
    context = taker.page.context
    taker.page.close()
    context.set_offline(False)
    again = taker.beside(context.new_page())
    again.page.goto(quiz["url"])
    again.shows(expected)
    again.is_calm()
    assert same(again.stored(), expected)
    assert again.left_behind() == 0


def test_answers_left_behind_do_not_overwrite_what_another_device_said_since(taker, people, backstage, quiz):
    context = taker.page.context
    context.set_offline(True)
    mine = dict([taker.tick(1, "wrong"), taker.tick(2)])
    taker.page.close()
    desktop = taker.beside(people.signed_in(backstage("session", email=taker.email)))
    desktop.page.goto(quiz["url"])
    theirs = dict([desktop.tick(1)])
    desktop.is_calm()
    context.set_offline(False)
    again = taker.beside(context.new_page())
    again.page.goto(quiz["url"])
    again.waits_with(STALE)
    expected = theirs | {key: value for key, value in mine.items() if key not in theirs}
    again.stores(expected)
    again.shows(mine)
    again.page.get_by_role("link", name="Voir l’état à jour").click()
    expect(again.page.locator("[role=alert]")).to_be_empty()
    again.shows(expected)
    assert again.left_behind() == 0


def on_disk(profile, text):
    """Whether the store of that browser holds this text, not in memory but in its files."""
    written = [path.read_bytes() for path in profile.glob("**/Local Storage/leveldb/*.log")]
    return any(text.encode(encoding) in content for content in written for encoding in ("latin-1", "utf-16-le"))


def test_a_browser_that_is_killed_without_network_has_the_answers_when_it_starts_again(
    browser, product, backstage, answers, ready, quiz, tmp_path
):
    def start():
        context = browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=OPTIONS, base_url=product.url, viewport=SIZES["phone"]
        )
        session = backstage("session", email=ready)
        context.add_cookies([{"name": "sessionid", "value": session, "url": product.url}])
        return context

    context = start()
    taker = sit(context.pages[0], backstage, answers, ready, quiz)
    taker.tick(1)
    taker.is_calm()
    context.set_offline(True)
    expected = taker.tick_all()
    assert taker.left_behind() == 1
    kept = taker.page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('reponses'))[1]")
    # Chromium writes its store some seconds later, more on a busy machine. It ends with the last answer.
    until(lambda: on_disk(tmp_path, kept[-80:]), "the browser kept nothing on the disk", seconds=90)
    kill(tmp_path)

    context = start()
    again = taker.beside(context.pages[0])
    again.page.goto(quiz["url"])
    until(lambda: again.left_behind() == 0, "what the browser had kept did not leave")
    again.is_calm()
    again.shows(expected)
    assert same(again.stored(), expected)
    send(again.page)
    again.passed_once()
    context.close()


def kill(profile):
    """The power goes off for the browser that works in this folder."""
    mark = f"--user-data-dir={profile}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(place.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


# ---------------------------------------------------------------- login expired


def fill_password(page, email):
    """Sign in on the page that asks for it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()


def test_a_login_that_expired_keeps_the_answers_and_sends_them_after_signing_in_beside(taker, backstage):
    taker.tick(1)
    taker.is_calm()
    backstage("sign_out", email=taker.email)
    expected = taker.tick_all()
    taker.waits_with(EXPIRED)
    assert taker.left_behind() == 1
    with taker.page.context.expect_page() as opened:
        taker.page.get_by_role("link", name="Se reconnecter dans un nouvel onglet").click()
    fill_password(opened.value, taker.email)
    arrives_at(opened.value, "Reconnexion réussie")
    opened.value.close()
    taker.page.bring_to_front()
    taker.is_calm()
    assert same(taker.stored(), expected)
    send(taker.page)
    taker.passed_once()


def test_sending_after_the_login_expired_leaves_the_page_where_it_is(taker, backstage):
    taker.tick_all()
    taker.is_calm()
    backstage("sign_out", email=taker.email)
    send(taker.page)
    taker.waits_with(EXPIRED)
    expect(taker.page.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
    assert len(taker.shown()) == taker.page.locator("fieldset.question").count()


def test_signing_in_again_in_another_tab_does_not_spoil_the_form_of_this_one(taker, backstage):
    taker.tick(1)
    taker.is_calm()
    backstage("sign_out", email=taker.email)
    other = taker.page.context.new_page()
    other.goto("/compte/connexion/")
    fill_password(other, taker.email)
    arrives_at(other, "Bonjour Nadia")
    expected = taker.tick_all()
    taker.stores(expected)
    send(taker.page)
    taker.passed_once()


def test_signing_out_leaves_no_answer_in_the_browser(taker, backstage):
    taker.page.context.set_offline(True)
    taker.tick(1)
    other = taker.page.context.new_page()
    taker.page.close(run_before_unload=False)
    taker.page.context.set_offline(False)
    other.goto("/mon-espace/")
    taker = taker.beside(other)
    assert taker.left_behind() == 1
    other.locator("summary").filter(has_text="Compte de").click()
    other.get_by_role("button", name="Se déconnecter").click()
    expect(other.get_by_role("link", name="Se connecter").first).to_be_visible()
    assert taker.left_behind() == 0


def test_somebody_else_in_the_same_browser_is_shown_nothing_of_it(taker, backstage, email, quiz):
    context = taker.page.context
    backstage("sign_out", email=taker.email)  # not even a dying page can send them
    taker.tick_all()
    taker.waits_with(EXPIRED)
    taker.page.close()
    other = f"autre.{email}"
    backstage("person", email=other, password=PASSWORD)
    backstage("follow", email=other, track="jeunes", steps=quiz["number"] - 1)
    page = context.new_page()
    page.goto("/")
    context.add_cookies([{"name": "sessionid", "value": backstage("session", email=other), "url": page.url}])
    stranger = sit(page, backstage, taker.answers, other, quiz)
    assert stranger.shown() == {}
    assert stranger.stored() == {}
    assert taker.stored() == {}


def test_without_script_a_login_that_expired_keeps_the_answers_behind_one_button(plain_taker, backstage, quiz):
    taker = plain_taker
    expected = taker.tick_all()
    backstage("sign_out", email=taker.email)
    send(taker.page)
    arrives_at(taker.page, "Se connecter")
    expect(taker.page.get_by_role("status").filter(has_text="vos réponses sont gardées")).to_be_visible()
    fill_password(taker.page, taker.email)
    arrives_at(taker.page, "Tes réponses ont été gardées")
    assert taker.stored() == {}
    taker.page.get_by_role("button", name="Enregistrer ces réponses").click()
    arrives_at(taker.page, quiz["title"])
    assert same(taker.stored(), expected)
    taker.shows(expected)
    send(taker.page)
    taker.passed_once()


# ---------------------------------------------------------------- two tabs


@pytest.fixture
def tabs(taker, quiz):
    """The same quiz open twice in one browser."""
    other = taker.beside(taker.page.context.new_page())
    other.page.goto(quiz["url"])
    return taker, other


def test_the_stale_tab_is_told_and_shows_the_fresh_state_when_asked(tabs):
    stale, fresh = tabs
    newer = dict([fresh.tick(1)])
    fresh.is_calm()
    older = dict([stale.tick(1, "wrong")])
    stale.waits_with(STALE)
    stale.waits_with("Question 1")
    stale.shows(older)
    assert same(stale.stored(), newer)
    stale.page.get_by_role("link", name="Voir l’état à jour").click()
    expect(stale.page.locator("[role=alert]")).to_be_empty()
    stale.shows(newer)
    assert same(stale.stored(), newer)


def test_the_stale_tab_may_keep_what_it_shows(tabs):
    stale, fresh = tabs
    fresh.tick(1)
    fresh.is_calm()
    mine = dict([stale.tick(1, "wrong")])
    stale.waits_with(STALE)
    stale.page.get_by_role("button", name="Garder ce qui est indiqué ici").click()
    stale.is_calm()
    assert same(stale.stored(), mine)


def test_the_tab_that_was_not_touched_is_told_as_soon_as_it_saves(tabs):
    stale, fresh = tabs
    newer = dict([fresh.tick(1)])
    fresh.is_calm()
    mine = dict([stale.tick(2)])
    stale.waits_with("Question 1")
    stale.stores(newer | mine)
    expect(stale.page.get_by_role("button", name="Garder ce qui est indiqué ici")).to_be_hidden()


def test_a_stale_tab_that_sends_is_shown_what_would_be_graded_first(tabs):
    stale, fresh = tabs
    fresh.tick(1)
    fresh.is_calm()
    for number in range(2, stale.page.locator("fieldset.question").count() + 1):
        stale.tick(number)
    send(stale.page)
    expect(stale.page.get_by_role("heading", name="Modifié depuis une autre page")).to_be_visible()
    assert stale.backstage("attempts_of", email=stale.email)[0][1] is False
    send(stale.page)
    stale.passed_once()


def test_a_tab_left_open_after_sending_from_the_other_leads_to_the_result(tabs):
    stale, fresh = tabs
    fresh.tick_all()
    send(fresh.page)
    fresh.passed_once()
    stale.tick(1, "wrong")
    stale.waits_with("déjà été envoyées")
    stale.page.get_by_role("link", name="Voir le résultat").click()
    stale.passed_once()
    assert stale.left_behind() == 0


def test_without_script_the_stale_tab_comes_back_with_both_answers(plain_taker, quiz):
    stale, fresh = plain_taker, plain_taker.beside(plain_taker.page.context.new_page())
    fresh.page.goto(quiz["url"])
    newer = dict([fresh.tick(1)])
    fresh.page.get_by_role("button", name=LATER).click()
    expect(fresh.page.get_by_role("status").filter(has_text="Réponses enregistrées")).to_be_visible()
    older = dict([stale.tick(1, "wrong")])
    stale.page.get_by_role("button", name=LATER).click()
    expect(stale.page.get_by_role("heading", name="Modifié depuis une autre page")).to_be_visible()
    expect(stale.question(1)).to_contain_text("n’est pas encore enregistré")
    stale.shows(older)
    assert same(stale.stored(), newer)
    stale.page.get_by_role("link", name="Voir l’état à jour").click()
    expect(stale.question(1)).not_to_contain_text("n’est pas encore enregistré")
    stale.shows(newer)


# ---------------------------------------------------------------- once


def test_an_impatient_hand_gets_one_result(taker, quiz):
    taker.tick_all()
    taker.page.get_by_role("button", name="Envoyer mes réponses").click(click_count=4, delay=5, no_wait_after=True)
    taker.passed_once()
    assert taker.backstage("completions_of", email=taker.email) == quiz["number"]


def test_after_sending_the_back_button_shows_the_result_and_no_form(taker, quiz):
    taker.tick_all()
    send(taker.page)
    taker.passed_once()
    taker.page.go_back()
    expect(taker.page.get_by_role("link", name="Tentative 1")).to_be_visible()
    expect(taker.page.get_by_role("button", name="Envoyer mes réponses")).to_have_count(0)
    expect(taker.page.locator("fieldset.question")).to_have_count(0)
    taker.page.go_forward()
    taker.passed_once()


@pytest.mark.parametrize("size", SIZES)
def test_what_became_of_the_answers_is_in_sight_on_every_screen(people, backstage, answers, ready, quiz, size):
    page = people.signed_in(backstage("session", email=ready), size)
    taker = sit(page, backstage, answers, ready, quiz)
    taker.tick(1)
    taker.is_calm()
    expect(page.locator("[data-lms-said]")).to_be_in_viewport()
    page.context.set_offline(True)
    taker.waits_with(WAITING)
    expect(page.locator("[role=alert]")).to_be_in_viewport()
