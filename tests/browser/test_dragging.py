"""Dragging is a comfort on top of the lists: it chooses in them, and they stay."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(people, backstage, email, size):
    """The open quiz that holds every type of question."""
    track = backstage("every_type")
    backstage("person", email=email)
    backstage("follow", email=email, track=track)
    page = people.signed_in(backstage("session", email=email), size)
    page.goto(f"/parcours/{track}/")
    page.get_by_role("main").get_by_role("link", name="Une question de chaque type").first.click()
    page.get_by_role("button", name="Commencer le quiz").click()
    expect(page.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
    return page


def rows(page, kind):
    """The rows to place of the question of that kind, in sight."""
    found = page.locator(f"[data-kind={kind}] > li")
    found.first.evaluate("row => row.parentElement.scrollIntoView({block: 'center'})")
    return found


def lift(page, row):
    """Press on the handle of a row and pull it a little."""
    handle = row.locator(".placing__handle").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y + 12, steps=4)


def words(found):
    """What the rows say, in the order of the page."""
    return found.locator("label").all_inner_texts()


def chosen(found):
    """What their lists say."""
    return found.locator("select").evaluate_all("all => all.map((one) => one.selectedOptions[0].text)")


def test_a_row_that_is_dragged_takes_its_rank_and_so_do_the_others(page):
    found = rows(page, "ordering")
    first, second, third, last = words(found)

    lift(page, found.nth(0))
    below = found.nth(2).bounding_box()
    page.mouse.move(below["x"] + 20, below["y"] + below["height"] - 4, steps=8)
    page.mouse.up()

    assert words(found) == [second, third, first, last]
    assert chosen(found) == ["1", "2", "3", "4"]
    expect(page.get_by_text(re.compile("^Enregistré à"))).to_be_visible()
    page.reload()
    assert words(rows(page, "ordering")) == [second, third, first, last]


@pytest.mark.parametrize("kind", ["sorting", "matching"])
def test_a_row_is_dropped_on_what_goes_with_it_unless_it_is_taken_back(page, kind):
    found = rows(page, kind)
    blank = chosen(found)

    lift(page, found.nth(0))
    page.keyboard.press("Escape")
    page.mouse.up()
    assert chosen(found) == blank
    expect(page.locator(".tray")).to_have_count(0)

    lift(page, found.nth(0))
    place = page.locator(".tray__place").nth(1)
    wanted, there = place.inner_text(), place.bounding_box()
    page.mouse.move(there["x"] + 20, there["y"] + 20, steps=6)
    page.mouse.up()
    assert chosen(found) == [wanted, *blank[1:]]
    expect(page.locator(".tray")).to_have_count(0)
    expect(page.get_by_text(re.compile("^Enregistré à"))).to_be_visible()


def test_the_lists_choose_as_before_and_rows_follow_their_ranks_once_one_has_left(page):
    found = rows(page, "ordering")
    before = words(found)
    for rank, select in zip("4321", found.locator("select").all(), strict=True):
        select.focus()
        select.select_option(label=rank)
    assert words(found) == before

    page.get_by_role("button", name="Envoyer mes réponses").focus()

    assert words(found) == before[::-1]
    assert chosen(found) == ["1", "2", "3", "4"]
