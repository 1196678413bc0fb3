"""Photographs every kind of page of a running demonstration, at both sizes and in both themes.

`python -m tests.browser.screenshots http://127.0.0.1:8000 PASSWORD docs/images` writes
NAME-SIZE-THEME.png files; add NAMES to take only those. The product must be fresh from `make run`:
the pictures show its demonstration people, and leave behind them one attempt that is open and one answer that is
reserved.
"""

import re
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import CHROMIUM, OPTIONS, SIZES
from tests.browser.people import sign_in, start_quiz

LEARNER, MANAGER = "apprenante@demo.example", "responsable@demo.example"
INSTRUCTOR, ADMIN = "formatrice@demo.example", "admin@demo.example"
TRACK = "/parcours/jeunes/"


def follow(page, name):
    """Go where the first link of that name of the main part leads."""
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def first_lesson(page):
    """The first lesson of a track."""
    page.goto("/parcours/catalyseurs/")
    follow(page, "Lire la première étape")


def next_lesson(page):
    """Where the learner is."""
    page.goto("/mon-espace/")
    follow(page, "Continuer")


def quiz_of_first_module(page):
    """The quiz that the learner has done already."""
    page.goto(TRACK)
    page.locator("a[href$='/quiz/']").first.click()
    page.wait_for_load_state()


def result(page):
    """Its result, with the explanations."""
    quiz_of_first_module(page)
    follow(page, re.compile("^Tentative"))


def quiz(page):
    """Its questions, in a new attempt or in the one that is open."""
    quiz_of_first_module(page)
    if page.get_by_role("button", name="Recommencer le quiz").count():
        start_quiz(page)


def module(page):
    """The page of a module."""
    page.goto(TRACK)
    follow(page, re.compile("Pourquoi jouer collectif|Module"))


def board(page):
    """The board of a cohort."""
    page.goto("/cohortes/")
    follow(page, re.compile("^Jeunes ·"))


def certificate(page):
    """The public page of an attestation of the board."""
    board(page)
    follow(page, re.compile("^Attestation"))


def review(page):
    """The oldest answer, to mark."""
    page.goto("/cohortes/relectures/")
    page.get_by_role("button", name="Relire la plus ancienne").click()
    page.wait_for_load_state()


def review_given(page):
    """A reading that was given, and changed since."""
    page.goto("/cohortes/relectures/")
    page.get_by_role("region", name="Vos dernières relectures").get_by_role("link").first.click()
    page.wait_for_load_state()


def quiz_analysis(page):
    """The figures of a quiz."""
    page.goto("/cohortes/quiz/")
    follow(page, "Quiz : préparer avant de rencontrer")


def marks_to_correct(page):
    """Who changes when everybody gets the points of a question."""
    quiz_analysis(page)
    follow(page, "Corriger des notes")
    page.get_by_role("combobox").first.select_option(label="Les points pour tout le monde")
    page.get_by_role("button", name="Voir qui change").click()
    page.wait_for_load_state()


def address(path):
    """A page with an address of its own."""
    return lambda page: page.goto(path)


# Who sees it, and how they come to it.
PICTURES = {
    "home": (None, address("/")),
    "catalogue": (None, address("/parcours/")),
    "track": (None, address(TRACK)),
    "lesson-of-a-visitor": (None, first_lesson),
    "glossary": (None, address("/glossaire/")),
    "sign-in": (None, address("/compte/connexion/")),
    "sign-up": (None, address("/compte/inscription/")),
    "unknown-code": (None, address("/attestations/ABCD-EFGH/")),
    "not-found": (None, address("/nulle-part/")),
    "dashboard": (LEARNER, address("/mon-espace/")),
    "track-of-a-learner": (LEARNER, address(TRACK)),
    "module": (LEARNER, module),
    "lesson": (LEARNER, next_lesson),
    "locked": (None, address(f"{TRACK}qui-fait-quoi/dix-acteurs/")),
    "quiz-result": (LEARNER, result),
    "quiz": (LEARNER, quiz),
    "preferences": (LEARNER, address("/mon-espace/preferences/")),
    "cohorts": (MANAGER, address("/cohortes/")),
    "board": (MANAGER, board),
    "certificate": (MANAGER, certificate),
    "reviews": (INSTRUCTOR, address("/cohortes/relectures/")),
    "review": (INSTRUCTOR, review),
    "review-given": (INSTRUCTOR, review_given),
    "quizzes": (INSTRUCTOR, address("/cohortes/quiz/")),
    "quiz-analysis": (INSTRUCTOR, quiz_analysis),
    "marks-to-correct": (INSTRUCTOR, marks_to_correct),
    "changed-marks": (ADMIN, address("/admin/regrades/")),
}


def main(url, password, folder, *names):
    """Take the pictures whose names are given; all of them by default."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        context = {"base_url": url, "locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}
        pages = {}
        for who in (None, LEARNER, MANAGER, INSTRUCTOR, ADMIN):
            pages[who] = browser.new_context(**context).new_page()
            if who:
                sign_in(pages[who], who, password)
        for name in names or PICTURES:
            who, show = PICTURES[name]
            show(pages[who])
            photograph(pages[who], folder, name)
        browser.close()


def photograph(page, folder, name):
    """One file per size and theme, the whole height of the page."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for size, viewport in SIZES.items():
        for theme in ("light", "dark"):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=theme)
            page.evaluate("document.fonts.ready")
            path = folder / f"{name}-{size}-{theme}.png"
            page.screenshot(path=path, full_page=True, animations="disabled")
            print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
