"""A learner who fell silent gets one letter from the real worker, and can stop them with one click."""

from urllib.request import Request, urlopen

from playwright.sync_api import expect

from tests.browser.people import FINISHED, arrives_at, typed, words
from tests.browser.product import until

SWEEP = "learners.schedule.write_reminders"
SEND = "learners.schedule.send_due_letters"
DELAY = 8  # days of silence before a reminder, in the track jeunes


def reminders(product, email):
    """The reminders that this person has received: of their letters, the only ones that can be refused."""
    return [letter for letter in product.letters(email) if letter["List-Unsubscribe"]]


def address_to_stop(letter):
    """What the mail reader's own button calls; the header is folded before it."""
    return letter["List-Unsubscribe"].strip().removeprefix("<").removesuffix(">")


def everything_is_sent(backstage):
    """The worker has done all that the clock asked of it."""
    backstage("tick", task=SEND)
    until(lambda: backstage("letters_waiting") == 0, "letters are still waiting", seconds=60)


def sweeps(backstage, product, witness, expected):
    """The clock's sweep runs three times; the witness shows when the worker has done them."""
    backstage("tick", task=SWEEP, times=3)
    until(lambda: backstage("reminders_of", email=witness) == expected, "the sweep wrote nothing", seconds=60)
    everything_is_sent(backstage)
    until(lambda: len(reminders(product, witness)) == expected, "the letter did not arrive", seconds=60)


def test_a_silent_learner_gets_one_letter_however_often_the_clock_ticks(people, product, backstage, email):
    steps = backstage("steps", track="jeunes")
    silent = [email, *(f"{place}.{email}" for place in ("second", "third", "fourth"))]
    for who in silent:
        backstage("person", email=who)
        backstage("follow", email=who, track="jeunes", steps=2)
        backstage("days_pass", email=who, count=DELAY + 1)
    reminded = backstage("silent_people", track="jeunes")
    assert len(reminded) >= 5

    sweeps(backstage, product, email, 1)
    sweeps(backstage, product, email, 1)

    (letter,) = reminders(product, email)
    text = " ".join(words(letter).split())
    for told in (steps[0]["title"], steps[1]["title"], steps[2]["title"], f"{product.url}{steps[2]['url']}", "9 jours"):
        assert " ".join(told.split()) in text
    assert {address: len(reminders(product, address)) for address in silent} == dict.fromkeys(silent, 1)
    # The people of the demonstration who are as silent got theirs in its past.
    assert {address: len(reminders(product, address)) for address in reminded} == dict.fromkeys(reminded, 0)

    page = people.signed_in(backstage("session", email=email))
    page.goto(steps[2]["url"])
    arrives_at(page, steps[2]["title"])


def test_one_click_in_the_mail_reader_stops_reminders_and_nothing_else(people, product, backstage, email):
    witness = f"witness.{email}"
    for who in (email, witness):
        backstage("person", email=who)
        backstage("follow", email=who, track="jeunes", steps=1)
        backstage("days_pass", email=who, count=DELAY + 1)
    sweeps(backstage, product, witness, 1)
    until(lambda: len(reminders(product, email)) == 1, "no reminder")

    (letter,) = reminders(product, email)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = address_to_stop(letter)
    # As a mail provider does it: one POST, without a cookie, a page or a token of ours.
    with urlopen(Request(address, data=b"List-Unsubscribe=One-Click", method="POST"), timeout=20) as answer:  # noqa: S310 — our own address
        assert (answer.status, answer.read().decode()) == (200, "Désinscription enregistrée.")

    # Both come back, do a step, and fall silent again.
    for who in (email, witness):
        comes_back_and_finishes_a_step(people, backstage, who)
        backstage("days_pass", email=who, count=DELAY + 1)
    sweeps(backstage, product, witness, 2)
    assert len(reminders(product, witness)) == 2
    assert len(reminders(product, email)) == 1

    # What was earned is still written about.
    code = backstage("follow", email=email, track="decideurs", steps=99)
    assert code in words(product.letter(email, "attestation")).replace("-", "")


def comes_back_and_finishes_a_step(people, backstage, email):
    page = people.signed_in(backstage("session", email=email), "phone")
    page.goto("/mon-espace/")
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("button", name=FINISHED).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(typed(backstage("steps", track="jeunes")[2]["title"]))


def test_the_link_at_the_foot_of_the_letter_asks_first_and_can_be_undone(people, product, backstage, email):
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes", steps=1)
    backstage("days_pass", email=email, count=DELAY + 1)
    sweeps(backstage, product, email, 1)
    address = address_to_stop(reminders(product, email)[0])

    page = people("phone", javascript=False)
    page.goto(address)
    arrives_at(page, "Ne plus recevoir ces messages ?")
    assert backstage("refuses_reminders", email=email) is False  # looking changes nothing
    page.get_by_role("button", name="Ne plus les recevoir").click()
    arrives_at(page, "C’est fait")
    assert backstage("refuses_reminders", email=email) is True
    page.get_by_role("button", name="Les recevoir de nouveau").click()
    arrives_at(page, "C’est noté")
    assert backstage("refuses_reminders", email=email) is False

    assert page.goto(f"{address.removesuffix('/desinscription/')}x/desinscription/").status == 404
    arrives_at(page, "Cette page n’existe pas, ou n’existe plus")
