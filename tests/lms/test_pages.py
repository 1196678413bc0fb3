"""What each page says to a visitor, to a learner, and to somebody who has finished."""

from itertools import pairwise

import pytest
from django.http import Http404
from wagtail.models import Page
from wagtail.views import serve

from courses.models import GlossaryTerm, LessonPage, QuizPage
from courses.outline import outline_by_pk
from learners.models import Attempt, Certificate, Completion, Enrolment
from lms.models import StandardPage
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, publish
from tests.factories.learners import enrol, finish
from tests.lms.visiting import Screen, Visitor, plain

# ---------------------------------------------------------------- home and catalogue


def test_the_home_page_says_what_this_is_and_leads_to_each_track(visitor, site, track):
    make_track(site, slug="decideurs", modules=((1, False),))

    page = visitor.open("/")

    assert (page.status, page.h1) == (200, "Accueil")
    assert "Apprendre à faire alliance." in page.words
    assert {name: page.links[name] for name in ("Jeunes", "Decideurs")} == {
        "Jeunes": "/parcours/jeunes/",
        "Decideurs": "/parcours/decideurs/",
    }


def cards(page):
    """The tracks of a list in order, each with the words under its title."""
    return [
        (
            card.find(["h2", "h3"]).get_text(strip=True),
            " ".join(card.select_one(".track-card__foot").get_text(" ").split()),
        )
        for card in page.main.select(".track-card")
    ]


def test_the_catalogue_tells_the_length_of_each_live_track_in_the_order_of_the_tree(visitor, site, track):
    make_track(site, slug="decideurs", hours=3.5, modules=((1, False),))
    make_track(site, slug="catalyseurs").unpublish()

    page = visitor.open("/parcours/")

    assert (page.status, page.h1) == (200, "Les parcours")
    assert cards(page) == [("Jeunes", "6 h 2 modules, 4 étapes"), ("Decideurs", "3 h 30 1 module, 1 étape")]


def test_the_catalogue_shows_a_learner_the_progress_in_the_tracks_that_they_follow(nadia, site, track, enrolment):
    make_track(site, slug="decideurs", modules=((1, False),))
    finish(enrolment, steps=1)

    assert cards(nadia.open("/parcours/")) == [
        ("Jeunes", "1 étape sur 4 terminée"),
        ("Decideurs", "6 h 1 module, 1 étape"),
    ]


# ---------------------------------------------------------------- track


def test_a_track_tells_a_visitor_its_outcomes_hours_modules_and_format_before_any_account(visitor, empty):
    make_track(
        empty,
        slug="jeunes",
        tagline="Agir à plusieurs.",
        rhythm="une étape par semaine",
        format="Des leçons courtes et un quiz par module.",
        sources=[{"type": "source", "value": "Rapport du Rameau, 2024", "id": "11111111-1111-4111-8111-111111111111"}],
    )

    page = visitor.open("/parcours/jeunes/")

    assert (page.status, page.h1, page.title) == (200, "Jeunes", "Parcours Jeunes · Faire alliance")
    for fact in (
        "Agir à plusieurs.",
        "6 h",
        "2 modules, 4 étapes",
        "Attestation de réussite du parcours",
        "réunir des partenaires",
        "Des leçons courtes et un quiz par module.",
        "une étape par semaine",
        "Module 1 · 35 min",
        "Rapport du Rameau, 2024",
        "Pour qui veut agir.",
    ):
        assert fact in page.words
    assert page.buttons == ["S’inscrire au parcours"]
    assert page.links["Lire la première étape"] == "/parcours/jeunes/module-1/lecon-11/"


def test_a_track_shows_a_learner_their_progress_and_the_next_step(nadia, track, enrolment):
    finish(enrolment, steps=1)

    page = nadia.open("/parcours/jeunes/")

    assert "1 étape sur 4 terminée" in page.words
    assert "Prochaine étape : Leçon 1.2 , 15 min" in page.words
    assert page.links["Continuer"] == "/parcours/jeunes/module-1/lecon-12/"
    assert page.links["Module 1"] == "/parcours/jeunes/module-1/"
    assert page.buttons == ["Confirmer mon retrait"]


def test_a_track_leads_a_finished_learner_to_the_attestation_and_offers_no_retreat(nadia, track, enrolment):
    finish(enrolment)
    code = Certificate.objects.get().code

    page = nadia.open("/parcours/jeunes/")

    assert page.links["Voir mon attestation"] == f"/attestations/{code}/"
    assert "Continuer" not in page.links
    assert page.buttons == []


def test_a_track_without_any_module_is_readable(visitor, nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=())
    assert visitor.open("/parcours/jeunes/").h1 == "Jeunes"

    enrol(learner, track)

    assert nadia.open("/parcours/jeunes/").h1 == "Jeunes"
    assert nadia.open("/mon-espace/").h1 == "Bonjour Nadia"
    assert nadia.open("/parcours/").h1 == "Les parcours"


def test_a_module_without_any_step_is_readable(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=((0, False),))
    enrol(learner, track)

    assert nadia.open("/parcours/jeunes/module-1/").h1 == "Module 1"


# ---------------------------------------------------------------- module


def test_a_module_shows_a_visitor_its_place_and_opens_the_first_step_only(visitor, track):
    page = visitor.open("/parcours/jeunes/module-1/")

    assert (page.status, page.h1) == (200, "Module 1")
    assert "Module 1 sur 2 · 35 min" in page.words
    assert [page.links.get(title) for title in ("Leçon 1.1", "Leçon 1.2", "Quiz 1")] == [
        "/parcours/jeunes/module-1/lecon-11/",
        None,
        None,
    ]


def test_a_module_shows_a_learner_what_is_done_and_what_is_locked(nadia, track, enrolment):
    finish(enrolment, steps=1)

    page = nadia.open("/parcours/jeunes/module-1/")

    lines = [" ".join(line.get_text(" ").split()) for line in page.main.select(".steps__item")]
    assert lines == [
        "Leçon 1.1 Terminée · Leçon · 15 min",
        "Leçon 1.2 Leçon · 15 min",
        "Quiz 1 Pas encore ouverte · Quiz · 5 min",
    ]
    assert "1 étape sur 3 terminée" in page.words


def test_the_end_of_a_module_is_told_with_what_comes_next(nadia, track, enrolment):
    finish(enrolment, steps=3)

    page = nadia.open("/parcours/jeunes/module-1/")

    assert "Module terminé" in page.headings
    assert "Ensuite : Leçon 2.1 , 15 min." in page.words
    assert page.links["Continuer"] == "/parcours/jeunes/module-2/lecon-21/"


def test_the_end_of_the_last_module_leads_to_the_attestation(nadia, track, enrolment):
    finish(enrolment)

    page = nadia.open("/parcours/jeunes/module-2/")

    assert page.links["Voir mon attestation"] == f"/attestations/{Certificate.objects.get().code}/"


# ---------------------------------------------------------------- lesson


def test_the_first_step_of_a_track_is_readable_by_everyone_and_invites_to_enrol(visitor, track):
    page = visitor.open("/parcours/jeunes/module-1/lecon-11/")

    assert (page.status, page.h1) == (200, "Leçon 1.1")
    assert "Texte de « Leçon 1.1 »." in page.words
    assert page.buttons == ["S’inscrire au parcours"]


def test_a_learner_reads_where_they_are_and_finishes_the_step_by_a_button(nadia, track, enrolment):
    finish(enrolment, steps=1)

    page = nadia.open("/parcours/jeunes/module-1/lecon-12/")

    assert (page.status, page.title) == (200, "Leçon 1.2 · Faire alliance")
    assert "Module 1 · Étape 2 sur 4" in page.words
    assert page.buttons == ["J’ai terminé cette étape"]
    assert [link["href"] for link in page.main.select("[rel=prev], [rel=next]")] == [
        "/parcours/jeunes/module-1/lecon-11/"
    ]
    assert [one.get_text() for one in page.main.select("[aria-current=step]")] == ["Leçon 1.2"]


def test_a_finished_step_says_so_and_leads_to_the_next_one(nadia, track, enrolment):
    finish(enrolment, steps=2)

    page = nadia.open("/parcours/jeunes/module-1/lecon-11/")

    assert "Étape terminée" in page.words
    assert page.links["Continuer"] == "/parcours/jeunes/module-1/quiz-1/"
    assert page.buttons == []


def test_a_finished_learner_reads_everything_again_and_finds_the_attestation(nadia, track, enrolment, steps):
    finish(enrolment)
    code = Certificate.objects.get().code

    lessons = [nadia.open(step.url) for step in steps if step.kind == LessonPage.kind]

    assert [(page.status, page.links.get("Voir mon attestation")) for page in lessons] == [
        (200, f"/attestations/{code}/")
    ] * 3


def test_an_optional_step_says_that_it_is(nadia, track, learner):
    make_lesson(Page.objects.get(slug="module-1").specific, title="Pour aller plus loin", required=False)
    finish(enrol(learner, track), steps=3)

    assert "facultative" in nadia.open("/parcours/jeunes/module-1/pour-aller-plus-loin/").words


@pytest.mark.parametrize(
    ("informal", "said"),
    [
        (True, "Inscris-toi au parcours pour ouvrir cette étape."),
        (False, "Inscrivez-vous au parcours pour ouvrir cette étape."),
    ],
)
def test_a_track_that_says_tu_says_it_on_the_locked_page_too(visitor, empty, informal, said):
    make_track(empty, slug="jeunes", informal=informal)

    assert said in visitor.open("/parcours/jeunes/module-1/lecon-12/").words


# ---------------------------------------------------------------- locked


def test_a_locked_step_tells_a_visitor_to_enrol_and_shows_nothing_of_itself(visitor, track):
    page = visitor.open("/parcours/jeunes/module-1/lecon-12/")

    assert (page.status, page.h1) == (403, "Cette étape n’est pas encore ouverte")
    assert "Inscrivez-vous au parcours pour ouvrir cette étape." in page.words
    assert page.links["Voir le parcours Jeunes"] == "/parcours/jeunes/"
    assert "Texte de" not in page.words


def test_a_locked_step_names_the_missing_one_and_leads_to_it(nadia, track, enrolment):
    finish(enrolment, steps=1)

    page = nadia.open("/parcours/jeunes/module-1/quiz-1/")

    assert page.status == 403
    assert "Cette étape s’ouvre quand « Leçon 1.2 » est terminée." in page.words
    assert page.links["Aller à « Leçon 1.2 »"] == "/parcours/jeunes/module-1/lecon-12/"


def test_a_track_in_free_order_locks_nothing_for_its_learners(nadia, empty, learner):
    enrol(learner, make_track(empty, slug="jeunes", in_order=False))

    assert nadia.open("/parcours/jeunes/module-2/lecon-21/").h1 == "Leçon 2.1"


def test_somebody_who_withdrew_meets_the_locks_of_a_visitor(nadia, track, enrolment):
    finish(enrolment, steps=2)
    Enrolment.objects.update(withdrawn_at=enrolment.enrolled_at)

    assert nadia.open("/parcours/jeunes/module-1/lecon-12/").status == 403


# ---------------------------------------------------------------- quiz


def test_a_quiz_says_its_rules_before_it_begins(nadia, track, enrolment):
    finish(enrolment, steps=2)

    page = nadia.open("/parcours/jeunes/module-1/quiz-1/")

    assert (page.status, page.h1) == (200, "Quiz 1")
    assert "3 questions, environ 5 min" in page.words
    assert "à partir de 60 % de bonnes réponses" in page.words
    assert "Autant d’essais que vous le souhaitez." in page.words
    assert page.buttons == ["Commencer le quiz"]
    assert "Question A" not in page.words


def test_a_quiz_with_limits_tells_how_many_attempts_are_left(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=())
    make_quiz(make_module(track), title="Le quiz", pass_mark=None, max_attempts=2, introduction="Pour faire le point.")
    row = enrol(learner, track)

    before = nadia.open("/parcours/jeunes/module-1/le-quiz/")
    finish(row)
    after_one = nadia.open("/parcours/jeunes/module-1/le-quiz/")

    assert "Pas de note à atteindre" in before.words
    assert "Pour faire le point." in before.words
    assert "Il reste 2 tentatives." in before.words
    assert "Il reste 1 tentative." in after_one.words
    assert after_one.buttons == ["Recommencer le quiz"]


# ---------------------------------------------------------------- glossary, text pages


def test_the_glossary_is_in_french_alphabetical_order_and_hides_drafts(visitor, site):
    for term in ("Zone", "Écosystème", "Œuvre", "Alliance", "Obstacle"):
        GlossaryTerm.objects.create(term=term, definition=f"Ce que nous appelons {term.lower()}.")
    GlossaryTerm.objects.create(term="Brouillon", definition="Pas encore.", live=False)

    page = visitor.open("/glossaire/")

    assert (page.status, page.h1) == (200, "Glossaire")
    assert [term.get_text() for term in page.main.find_all("dt")] == [
        "Alliance",
        "Écosystème",
        "Obstacle",
        "Œuvre",
        "Zone",
    ]
    assert {letter: page.links[letter] for letter in "AEOZ"} == {
        letter: f"#lettre-{letter.lower()}" for letter in "AEOZ"
    }
    assert [page.soup.find(id=page.links[letter][1:]).get_text() for letter in "AEOZ"] == [
        "Alliance",
        "Écosystème",
        "Obstacle",
        "Zone",
    ]
    assert page.soup.find(id="ecosysteme").find("dd").get_text() == "Ce que nous appelons écosystème."


def test_an_empty_glossary_says_so(visitor, site):
    assert "Le glossaire est encore vide" in visitor.open("/glossaire/").headings


@pytest.fixture
def text_page(site):
    """A page of text, as editors add them under the home page."""
    body = [{"type": "text", "value": "<p>Qui édite ce site ?</p>", "id": "22222222-2222-4222-8222-222222222222"}]
    page = StandardPage(title="Mentions légales", slug="mentions-legales", body=body)
    site.get_parent().add_child(instance=page)
    return publish(page)


def test_a_page_of_text_is_readable_by_everyone(visitor, text_page):
    page = visitor.open("/mentions-legales/")

    assert (page.status, page.h1, page.title) == (200, "Mentions légales", "Mentions légales · Faire alliance")
    assert "Qui édite ce site ?" in page.words


# ---------------------------------------------------------------- drafts, doors, methods


@pytest.mark.parametrize("slug", ["jeunes", "module-1", "lecon-11"])
def test_what_is_not_published_is_not_found(visitor, track, slug):
    Page.objects.get(slug=slug).specific.unpublish()

    page = visitor.open("/parcours/jeunes/module-1/lecon-11/")

    assert (page.status, page.h1) == (404, "Cette page n’existe pas, ou n’existe plus")


def test_a_draft_of_a_live_lesson_changes_nothing_for_its_readers(visitor, track):
    lesson = LessonPage.objects.get(slug="lecon-11")
    lesson.title = "Titre en préparation"
    lesson.save_revision()

    assert visitor.open("/parcours/jeunes/module-1/lecon-11/").h1 == "Leçon 1.1"


def test_wagtail_itself_serves_no_step_past_the_gate(rf, track, steps):
    for address in ("/parcours/jeunes/", "/parcours/jeunes/module-1/", *(step.url for step in steps)):
        with pytest.raises(Http404):
            serve(rf.get(address), address.lstrip("/"))


@pytest.mark.parametrize(
    "address",
    ["/", "/parcours/", "/parcours/jeunes/", "/parcours/jeunes/module-1/", "/parcours/jeunes/module-1/lecon-11/"],
)
def test_a_page_is_read_and_takes_no_post(client, track, address):
    asked = {
        method: getattr(client, method)(address).status_code for method in ("get", "head", "post", "put", "delete")
    }

    assert asked == {"get": 200, "head": 200, "post": 405, "put": 405, "delete": 405}


# ---------------------------------------------------------------- preview


@pytest.mark.parametrize(
    "slug", ["accueil", "parcours", "jeunes", "module-1", "lecon-11", "quiz-1", "mentions-legales"]
)
def test_every_kind_of_page_can_be_previewed_as_nobody_and_leaves_no_record(rf, admin, track, text_page, slug):
    enrol(admin, track)
    page = Page.objects.get(slug=slug).specific
    page.title = "Titre en préparation"

    shown = Screen(page.make_preview_request(rf.get("/"), page.default_preview_mode), "")

    assert (shown.status, shown.h1) == (200, "Titre en préparation")
    assert "J’ai terminé" not in shown.words
    assert "terminée" not in shown.words
    assert (Completion.objects.count(), Attempt.objects.count(), Enrolment.objects.count()) == (0, 0, 1)


def test_the_preview_of_a_quiz_shows_its_questions_without_their_answers(rf, track):
    quiz = QuizPage.objects.get(slug="quiz-1")

    shown = Screen(quiz.make_preview_request(rf.get("/"), quiz.default_preview_mode), "")

    assert [plain(legend.get_text(" ")) for legend in shown.main.select("legend")] == [
        "Question 1 sur 3 Question A ?",
        "Question 2 sur 3 Question B ?",
        "Question 3 sur 3 Question C ?",
    ]
    assert "Explication" not in shown.words
    assert shown.buttons == []


# ---------------------------------------------------------------- every page


HEADING_LEVELS = ["h1", "h2", "h3", "h4", "h5", "h6"]


def faults(page):
    """What is wrong in the structure of a page."""
    soup = page.soup
    ids = [one["id"] for one in soup.find_all(id=True)]
    levels = [HEADING_LEVELS.index(one.name) + 1 for one in soup.find_all(HEADING_LEVELS)]
    labelled = {label.get("for") for label in soup.find_all("label")}
    controls = [one for one in soup.select("input, select, textarea") if one.get("type") not in {"hidden", "submit"}]
    return {
        "language": soup.html.get("lang") != "fr",
        "title": not page.title.endswith("· Faire alliance"),
        "one main heading": levels.count(1) != 1,
        "skipped heading levels": [(a, b) for a, b in pairwise(levels) if b > a + 1],
        "ids twice": sorted({one for one in ids if ids.count(one) > 1}),
        "references to nothing": sorted(
            {
                target
                for name in ("aria-labelledby", "aria-describedby", "for")
                for one in soup.find_all(attrs={name: True})
                for target in one[name].split()
                if target not in ids
            }
        ),
        "controls without label": [str(one) for one in controls if one.get("id") not in labelled],
        "images without alternative": [str(one) for one in soup.find_all("img") if one.get("alt") is None],
        "anchors to nothing": sorted(
            {one["href"] for one in soup.select("a[href^='#']") if one["href"][1:] not in {*ids, ""}}
        ),
        "inline style or script": [str(one) for one in soup.select("[style], style, script:not([src]), [onclick]")],
    }


FAULTLESS = {
    "language": False,
    "title": False,
    "one main heading": False,
    "skipped heading levels": [],
    "ids twice": [],
    "references to nothing": [],
    "controls without label": [],
    "images without alternative": [],
    "anchors to nothing": [],
    "inline style or script": [],
}

EVERYONE = [
    "/",
    "/parcours/",
    "/parcours/jeunes/",
    "/parcours/jeunes/module-1/",
    "/parcours/jeunes/module-1/lecon-11/",
    "/parcours/jeunes/module-1/lecon-12/",
    "/parcours/jeunes/module-1/quiz-1/",
    "/glossaire/",
    "/mentions-legales/",
    "/nulle-part/",
    "/attestations/AAAA/",
    "/compte/connexion/",
    "/compte/inscription/",
    "/compte/mot-de-passe/oublie/",
]


def test_every_page_of_a_visitor_is_well_formed(visitor, track, text_page):
    GlossaryTerm.objects.create(term="Alliance", definition="Agir ensemble.")

    assert {address: faults(visitor.open(address)) for address in EVERYONE} == dict.fromkeys(EVERYONE, FAULTLESS)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_every_page_of_a_learner_is_well_formed_at_each_moment_of_the_track(
    learner, track, text_page, enrolment, count
):
    finish(enrolment, steps=count)
    addresses = [
        *EVERYONE[:9],
        "/mon-espace/",
        "/mon-espace/preferences/",
        "/compte/adresses/",
        "/compte/mot-de-passe/oublie/",
    ]
    addresses += [f"/attestations/{one.code}/" for one in Certificate.objects.all()]
    addresses += [f"/apprendre/tentatives/{one.pk}/" for one in Attempt.objects.all()]
    nadia = Visitor(learner)

    assert {address: faults(nadia.open(address)) for address in addresses} == dict.fromkeys(addresses, FAULTLESS)


def test_the_outline_of_the_track_and_the_pages_agree_on_every_address(nadia, track, enrolment):
    finish(enrolment)
    outline = outline_by_pk(track.pk)

    opened = [nadia.open(place.url).h1 for place in (outline, *outline.modules, *outline.steps)]

    assert opened == [place.title for place in (outline, *outline.modules, *outline.steps)]
