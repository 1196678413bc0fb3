"""Every kind of page, in every state, is within reach of everybody (docs/accessibility.md)."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SIZES
from tests.browser.product import until
from tests.browser.states import STATES, Stage

AXE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a theme can break is colour; everything else was asked in the first.
THEMES = {
    "light": {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]},
}

OUTLINE = """() => ({
  language: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter((one) => one.checkVisibility())
    .map((one) => Number(one.localName[1])),
  landmarks: ["header", "main", "footer"].map((name) => document.querySelectorAll(`body > ${name}`).length),
  unnamed: [...document.querySelectorAll("nav, aside, [role=region], [role=search]")]
    .filter((one) => !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby")).length,
  outside: [...document.querySelectorAll("body > *")]
    .filter((one) => !one.matches("header, main, footer, nav, [role=status]") && one.innerText.trim()).length,
  doubled: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
  broken: [...document.querySelectorAll("a[href^='#']")].map((one) => one.getAttribute("href").slice(1))
    .filter((id) => id && !document.getElementById(id)),
})"""

# What sticks out to the right of the window, other than inside something that scrolls by itself.
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const held = ["auto", "scroll", "hidden"];
  const scrolls = (one) => one && (held.includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const out = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !scrolls(one.parentElement));
  const found = out.filter((one) => !out.some((other) => other !== one && one.contains(other)));
  const names = found.map((one) => `${one.localName}.${one.className}`);
  return names.concat(`page: ${document.documentElement.scrollWidth}`);
}"""


FONT_SIZE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"

# What still moves has to come to rest: one end can begin another, as where a colour is inherited.
SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  while (document.getAnimations().length) {
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
    await frame();
  }
}"""


@pytest.fixture(params=STATES)
def page(request, people, product, backstage, answers):
    """A page in each state in turn."""
    return STATES[request.param](Stage(people, product, backstage, answers))


def test_a_page_is_within_reach_of_everybody(page):
    has_an_outline(page)
    breaks_no_rule(page)
    scrolls_one_way_only(page)


def has_an_outline(page):
    """Declared language, title, one h1, headings in order, landmarks, unique ids, links that lead somewhere."""
    found = page.evaluate(OUTLINE)
    assert found["language"] == "fr"
    name, _, site = found["title"].rpartition(" · ")
    assert (site, bool(name.strip())) == ("Faire alliance", True)
    assert found["headings"].count(1) == 1
    assert found["headings"][0] == 1
    skipped = [pair for pair in zip(found["headings"], found["headings"][1:], strict=False) if pair[1] > pair[0] + 1]
    assert skipped == []
    assert found["landmarks"] == [1, 1, 1]
    assert (found["unnamed"], found["outside"]) == (0, 0)
    assert (found["doubled"], found["broken"]) == ([], [])


def breaks_no_rule(page):
    """No violation of axe's rules for WCAG 2.2 AA, at both sizes, in both themes."""
    found = []
    page.evaluate(AXE)
    for size in SIZES.values():
        page.set_viewport_size(size)
        for theme, options in THEMES.items():
            page.emulate_media(color_scheme=theme)
            page.evaluate(SETTLED)
            for broken in page.evaluate("options => axe.run(options)", options)["violations"]:
                places = [
                    f"{node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
                    for node in broken["nodes"]
                ]
                found.append(f"{broken['id']} ({size['width']}, {theme}): {places}")
    assert found == []


def scrolls_one_way_only(page):
    """At 320 pixels, and with text twice as large, everything is there without scrolling sideways."""
    page.set_viewport_size({"width": 320, "height": 640})
    assert (320, page.evaluate(OVERFLOW)) == (320, [])
    larger = page.context.new_cdp_session(page)
    for width in (640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        until(lambda: page.evaluate(FONT_SIZE) == 32, "the text did not grow")
        assert (width, page.evaluate(OVERFLOW)) == (width, [])
