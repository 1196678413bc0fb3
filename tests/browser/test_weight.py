"""What a first visit costs, and what is left of a page without scripts, without motion, without others."""

import pytest

from tests.browser.people import plain
from tests.browser.states import STATES, Stage

TRACKS = ("jeunes", "catalyseurs", "chefs-de-projet", "decideurs")
HEAVIEST = 60_000  # bytes over the wire, headers included, without media
MOST_REQUESTS = 12  # the icon of the site included


def visit(page, address):
    """Each answer of a first visit as (address, kind, bytes over the wire)."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    asked, answers = {}, []
    session.on("Network.responseReceived", lambda seen: asked.update({seen["requestId"]: seen}))
    session.on("Network.loadingFinished", lambda seen: answers.append((seen["requestId"], seen["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    return [(asked[key]["response"]["url"], asked[key]["type"], size) for key, size in answers]


@pytest.mark.parametrize("track", TRACKS)
def test_a_first_visit_of_a_step_is_light(people, backstage, email, track):
    steps = backstage("steps", track=track)
    pages = [(people("phone"), steps[0]["url"])]
    backstage("person", email=email)
    backstage("follow", email=email, track=track, steps=4)
    pages += [(people.signed_in(backstage("session", email=email), "phone"), step["url"]) for step in steps[:4]]
    for page, address in pages:
        answers = visit(page, address)
        weight = sum(size for _, kind, size in answers if kind not in {"Image", "Media"})
        assert (address, len(answers) <= MOST_REQUESTS, weight <= HEAVIEST) == (address, True, True), answers


def test_a_quiz_is_as_light_as_a_lesson(people, product, backstage, answers):
    stage = Stage(people, product, backstage, answers)
    page = STATES["quiz_open"](stage)
    fresh = people("phone")
    fresh.context.add_cookies(page.context.cookies())
    found = visit(fresh, page.url)
    assert (len(found) <= MOST_REQUESTS, sum(size for *_, size in found) <= HEAVIEST) == (True, True), found


@pytest.mark.parametrize("track", TRACKS)
def test_a_lesson_reads_the_same_without_scripts(people, backstage, track):
    address = backstage("steps", track=track)[0]["url"]
    read = []
    for javascript in (True, False):
        page = people("phone", javascript=javascript)
        page.goto(address)
        read.append(plain(page.get_by_role("main").inner_text()))
    assert read[0] == read[1]
    assert len(read[1]) > 2_000


@pytest.mark.parametrize(
    "name", ["home", "track_just_begun", "lesson_to_finish", "quiz_open", "space_under_way", "board"]
)
def test_nothing_moves_for_who_asked_for_less_motion(people, product, backstage, answers, name):
    page = STATES[name](Stage(people, product, backstage, answers))  # every person of a state asks for it
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches") is True
    slow = """() => [...document.querySelectorAll("*")].flatMap((one) => [null, "::before", "::after"].map((pseudo) => {
      const style = getComputedStyle(one, pseudo);
      const times = `${style.transitionDuration},${style.animationDuration}`.split(",").map(parseFloat);
      return Math.max(...times) > 0.01 || style.scrollBehavior === "smooth" ? `${one.localName}.${one.className}` : "";
    })).filter(Boolean)"""
    assert page.evaluate(slow) == []


def test_a_page_made_for_somebody_is_kept_by_nobody(people, backstage, email):
    backstage("person", email=email)
    page = people.signed_in(backstage("session", email=email))
    for address in ("/", "/mon-espace/", "/parcours/jeunes/"):
        policy = page.goto(address).headers["cache-control"]
        assert {"private", "no-store"} <= {word.strip() for word in policy.split(",")}
