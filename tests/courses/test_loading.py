"""Loading the content files: idempotent, whole, and never over what an editor has changed."""

import shutil

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page, Revision, Site

from courses import loading
from courses.loading import Loading
from courses.manuscripts import ManuscriptError
from courses.models import (
    BankQuestion,
    CataloguePage,
    GlossaryTerm,
    Illustration,
    LessonPage,
    ModulePage,
    QuizPage,
    TrackPage,
)
from courses.versions import quiz_of
from lms.models import HomePage
from tests.factories.courses import publish

pytestmark = pytest.mark.django_db

TRACK = """---
titre: Jeunes
public: jeunes
accroche: Agir à plusieurs.
heures: 6.5
attestation: reussite
relance_apres_jours: 8
tutoiement: oui
acquis: [réunir des partenaires]
capacites: [écouter un besoin]
sources: ["Un rapport, 2020"]
---
Pour qui veut *agir*.
"""
MODULE = "---\ntitre: Agir\nresume: Un module.\nobjectifs: [écouter]\nsuivi-seul: oui\ncapacites: [réunir]\n---\n"
LESSON = """---
titre: Écouter
minutes: 10
resume: D'abord écouter.
---
Bonjour.

::: terme
terme: tiers-lieu
:::

::: image
fichier: pont.svg
alternative: Un pont
:::
"""
QUIZ = """titre: Quiz
minutes: 5
seuil: 60
obligatoire: non
questions:
  - id: relier
    type: choix-unique
    question: Qui relie ?
    choix:
      - texte: l’élu
      - texte: le catalyseur
        juste: oui
    explication: C’est son métier.
"""
GLOSSARY = '- terme: Tiers-lieu\n  definition: "Un lieu partagé."\n'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" viewBox="0 0 10 10"></svg>'
FILES = {
    "glossaire.yaml": GLOSSARY,
    "jeunes/parcours.md": TRACK,
    "jeunes/images/pont.svg": SVG,
    "jeunes/01-agir/module.md": MODULE,
    "jeunes/01-agir/01-ecouter.md": LESSON,
    "jeunes/01-agir/09-quiz.yaml": QUIZ,
}


@pytest.fixture
def root(tmp_path):
    """A content folder with one small track."""
    for path, text in FILES.items():
        write(tmp_path / path, text)
    return tmp_path


@pytest.fixture
def load(site, root):
    """A run over the content folder; gives its counts."""
    return lambda: dict(Loading(CataloguePage.objects.get(), root=root).run())


def write(path, text):
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def rewrite(path, old, new):
    """Change some words of a file."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def rows():
    """What a second run could change, if it changed anything."""
    pages = Page.objects.order_by("path").values_list("path", "title", "latest_revision_id", "last_published_at")
    return list(pages), Revision.objects.count(), Illustration.objects.count(), GlossaryTerm.objects.count()


def test_the_files_become_live_pages(load):
    assert load() == {"created": 4, "terms created": 1}
    track = TrackPage.objects.live().get()
    assert (track.slug, track.title, track.audience, track.tagline) == (
        "jeunes",
        "Jeunes",
        "jeunes",
        "Agir à plusieurs.",
    )
    assert (track.hours, track.award, track.reminder_after_days, track.informal) == (6.5, "reussite", 8, True)
    assert track.introduction == "<p>Pour qui veut <em>agir</em>.</p>"
    assert [str(block.value) for block in (*track.outcomes, *track.abilities, *track.sources)] == [
        "réunir des partenaires",
        "écouter un besoin",
        "Un rapport, 2020",
    ]
    module = ModulePage.objects.live().child_of(track).get()
    assert (module.slug, module.title, module.summary) == ("agir", "Agir", "Un module.")
    assert (module.taken_alone, [str(block.value) for block in module.abilities]) == (True, ["réunir"])
    lesson, quiz = module.get_children().live().specific()
    assert (lesson.slug, lesson.title, lesson.minutes, lesson.summary, lesson.required) == (
        "ecouter",
        "Écouter",
        10,
        "D’abord écouter.",
        True,
    )
    assert [block.block_type for block in lesson.body] == ["text", "term", "image"]
    assert lesson.body[1].value["term"] == GlossaryTerm.objects.get(term="Tiers-lieu")
    picture = lesson.body[2].value["image"]
    assert (picture.title, picture.contextual_alt_text, picture.credit) == (
        "jeunes/pont.svg",
        "Un pont",
        "Faire alliance",
    )
    assert (quiz.slug, quiz.minutes, quiz.pass_mark, quiz.required, quiz.max_attempts) == ("quiz", 5, 60, False, None)
    assert [question.summary for question in quiz_of(quiz).questions] == ["Qui relie ?"]


def test_a_second_run_changes_nothing(load):
    load()
    before = rows()
    assert load() == {"kept": 4, "terms kept": 1}
    assert rows() == before


def test_an_edited_file_updates_its_page_and_no_other(load, root):
    load()
    quiz = QuizPage.objects.get()
    rewrite(root / "jeunes/01-agir/01-ecouter.md", "Bonjour.", "Bonsoir.")
    assert load() == {"kept": 3, "updated": 1, "terms kept": 1}
    lesson = LessonPage.objects.get()
    assert str(lesson.body[0].value.source) == "<p>Bonsoir.</p>"
    assert (lesson.live, lesson.has_unpublished_changes, lesson.live_revision_id) == (
        True,
        False,
        lesson.latest_revision_id,
    )
    assert QuizPage.objects.get().latest_revision_id == quiz.latest_revision_id
    assert load() == {"kept": 4, "terms kept": 1}


def test_questions_and_choices_keep_their_identity_across_reloads(load, root):
    load()
    before = quiz_of(QuizPage.objects.get())
    file = root / "jeunes/01-agir/09-quiz.yaml"
    rewrite(file, "Qui relie ?", "Qui crée des liens ?")
    rewrite(file, "questions:\n", "questions:\n" + NEW_QUESTION)
    load()
    after = quiz_of(QuizPage.objects.get())
    assert [question.summary for question in after.questions] == ["Est-ce vrai ?", "Qui crée des liens ?"]
    assert after.questions[1].id == before.questions[0].id
    assert after.questions[1].choices == before.questions[0].choices


NEW_QUESTION = """  - id: neuve
    type: vrai-faux
    question: Est-ce vrai ?
    reponse: vrai
    explication: Oui.
"""


@pytest.mark.parametrize("published", [True, False])
def test_a_page_that_an_editor_changed_is_left_alone(load, root, published):
    load()
    lesson = LessonPage.objects.get()
    lesson.title = "Le titre de la formatrice"
    if published:
        publish(lesson)
    else:
        lesson.save_revision()
    rewrite(root / "jeunes/01-agir/01-ecouter.md", "Bonjour.", "Bonsoir.")
    before = rows()
    assert load() == {"kept": 3, "left to editors": 1, "terms kept": 1}
    assert rows() == before
    assert LessonPage.objects.get().get_latest_revision_as_object().title == "Le titre de la formatrice"


def test_a_page_that_was_unpublished_stays_so(load, root):
    load()
    LessonPage.objects.get().unpublish()
    rewrite(root / "jeunes/01-agir/01-ecouter.md", "Bonjour.", "Bonsoir.")
    assert load() == {"kept": 3, "left to editors": 1, "terms kept": 1}
    assert LessonPage.objects.get().live is False


def test_a_page_that_was_deleted_comes_back_with_its_file(load):
    load()
    LessonPage.objects.get().delete()
    assert load() == {"created": 1, "kept": 3, "terms kept": 1}
    assert [page.slug for page in ModulePage.objects.get().get_children()] == ["ecouter", "quiz"]


def test_a_new_file_takes_its_place_among_the_others(load, root):
    write(root / "jeunes/03-durer/module.md", MODULE)
    load()
    module = ModulePage.objects.get(slug="agir")
    for name in ("00-avant", "05-apres"):
        shutil.copy(root / "jeunes/01-agir/01-ecouter.md", root / f"jeunes/01-agir/{name}.md")
    write(root / "jeunes/02-ensemble/module.md", MODULE)
    load()
    assert [page.slug for page in Page.objects.child_of(module)] == ["avant", "ecouter", "apres", "quiz"]
    assert [page.slug for page in Page.objects.child_of(TrackPage.objects.get())] == ["agir", "ensemble", "durer"]
    assert Page.find_problems() == ([], [], [], [], [])


def test_a_new_file_goes_last_when_editors_moved_the_page_before_it(load, root):
    write(root / "jeunes/02-durer/module.md", MODULE)
    load()
    LessonPage.objects.get().move(ModulePage.objects.get(slug="durer"), pos="last-child")
    shutil.copy(root / "jeunes/01-agir/01-ecouter.md", root / "jeunes/01-agir/05-apres.md")
    load()
    assert [page.slug for page in Page.objects.child_of(ModulePage.objects.get(slug="agir"))] == ["quiz", "apres"]


def test_tracks_stand_in_the_order_of_the_catalogue_whenever_they_come(load, root):
    load()
    for slug in ("decideurs", "catalyseurs"):
        write(root / slug / "parcours.md", TRACK.replace("public: jeunes", f"public: {slug}"))
    load()
    slugs = [page.slug for page in Page.objects.child_of(CataloguePage.objects.get())]
    assert slugs == ["jeunes", "catalyseurs", "decideurs"]


def test_a_definition_belongs_to_its_editors_once_loaded(load, root):
    load()
    GlossaryTerm.objects.update(term="TIERS-LIEU", definition="La définition de la formatrice.")
    rewrite(root / "glossaire.yaml", "Un lieu partagé.", "Autre chose.")
    assert load() == {"kept": 4, "terms kept": 1}
    assert list(GlossaryTerm.objects.values_list("term", "definition")) == [
        ("TIERS-LIEU", "La définition de la formatrice.")
    ]


BANK = """- titre: Qui tient la porte
  difficulte: facile
  etiquettes: [accueil, lien]
  id: porte
  type: vrai-faux
  question: La porte est-elle ouverte ?
  reponse: vrai
  explication: Elle l'est toujours.
- titre: Qui range les chaises
  difficulte: moyenne
  etiquettes: [accueil]
  id: chaises
  type: vrai-faux
  question: Range-t-on à plusieurs ?
  reponse: vrai
  explication: Cela va plus vite.
"""
DRAW = "  - {id: tirage, type: tirage, nombre: 1, etiquettes: [accueil], difficulte: moyenne}\n"


@pytest.fixture
def bank(root):
    """The track has a bank of two questions, and its quiz draws one of them."""
    write(root / "jeunes/banque.yaml", BANK)
    rewrite(root / "jeunes/01-agir/09-quiz.yaml", "questions:\n", "questions:\n" + DRAW)
    return root / "jeunes/banque.yaml"


def test_a_bank_is_published_with_its_track_its_difficulty_and_its_tags(load, bank):
    assert load()["bank questions created"] == 2
    question = BankQuestion.objects.get(title="Qui tient la porte")
    assert (question.live, question.track.slug, question.difficulty) == (True, "jeunes", "easy")
    assert sorted(question.tags.names()) == ["accueil", "lien"]
    assert question.freeze().summary == "La porte est-elle ouverte ?"


def test_a_quiz_draws_among_the_bank_of_its_track(load, bank):
    load()
    quiz = quiz_of(QuizPage.objects.get())
    assert [draw.count for draw in quiz.draws] == [1]
    assert [quiz.question(one).summary for one in quiz.draws[0].pool] == ["Range-t-on à plusieurs ?"]


def test_a_question_of_the_bank_belongs_to_its_editors_once_loaded(load, bank):
    load()
    question = BankQuestion.objects.get(title="Qui tient la porte")
    question.title = "La porte"
    question.save_revision().publish()
    rewrite(bank, "toujours", "souvent")
    before = rows()
    assert load() == {"kept": 4, "terms kept": 1, "bank questions kept": 2}
    assert rows() == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("difficulte: facile", "difficulte: rude", r"\(porte\) : « rude » est à choisir parmi"),
        ("  etiquettes: [accueil, lien]\n", "", r"\(porte\) : .*manquants \['etiquettes'\]"),
        ("  reponse: vrai\n  explication: Elle", "  explication: Elle", r"\(porte\) : .*manquants \['reponse'\]"),
        ("Qui tient la porte", "x" * 161, r"\(x+\)"),
    ],
)
def test_a_question_of_the_bank_that_cannot_be_read_is_refused_by_name(load, bank, old, new, message):
    rewrite(bank, old, new)
    with pytest.raises(ManuscriptError, match=rf"^jeunes/banque.yaml.*{message}"):
        load()


def test_a_draw_that_the_bank_cannot_fill_is_refused_by_name(load, root, bank):
    rewrite(root / "jeunes/01-agir/09-quiz.yaml", "nombre: 1", "nombre: 2")
    with pytest.raises(ManuscriptError, match=r"^jeunes/01-agir/09-quiz.yaml"):
        load()


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("jeunes/parcours.md", "heures: 6.5", "heures: 6.3", "Arrondissez à la demi-heure"),
        ("jeunes/parcours.md", "heures: 6.5", "heures: six", "hours"),
        ("jeunes/parcours.md", "public: jeunes", "public: enfants", "enfants"),
        ("jeunes/parcours.md", "tutoiement: oui", "tutoiement: parfois", "« parfois » n’est ni oui ni non"),
        ("jeunes/parcours.md", "accroche:", "acroche:", "inconnus ['acroche'], manquants ['accroche']"),
        ("jeunes/01-agir/module.md", "resume:", "résumé:", "inconnus ['résumé'], manquants ['resume']"),
        ("jeunes/01-agir/module.md", "Un module.", "x" * 401, "400 caractères"),
        ("jeunes/01-agir/01-ecouter.md", "minutes: 10", "minutes: 0", "minutes"),
        ("jeunes/01-agir/01-ecouter.md", "minutes: 10", "minutes: dix", "minutes"),
        ("jeunes/01-agir/01-ecouter.md", "terme: tiers-lieu", "terme: tiers-jardin", "« tiers-jardin »"),
        ("jeunes/01-agir/01-ecouter.md", "::: terme\n", "::: mot\n", "directive inconnue « mot »"),
        ("jeunes/01-agir/01-ecouter.md", "terme: tiers-lieu", "mot: tiers-lieu", "champs inconnus ['mot']"),
        ("jeunes/01-agir/01-ecouter.md", "pont.svg", "passerelle.svg", "image absente « passerelle.svg »"),
        ("jeunes/01-agir/01-ecouter.md", "alternative: Un pont\n", "", "alt_text"),
        ("jeunes/01-agir/09-quiz.yaml", "        juste: oui\n", "", "Cochez une seule réponse juste."),
        ("jeunes/01-agir/09-quiz.yaml", "seuil: 60", "seuil: 120", "pass_mark"),
        ("jeunes/01-agir/09-quiz.yaml", "choix-unique", "choix-multiple", "choix-multiple"),
        ("glossaire.yaml", "definition:", "sens:", "inconnus ['sens'], manquants ['definition']"),
        ("glossaire.yaml", "Un lieu partagé.", "x" * 501, "500 caractères"),
    ],
)
def test_a_file_that_an_editor_could_not_publish_is_refused_by_name(load, root, path, old, new, message):
    rewrite(root / path, old, new)
    with pytest.raises(ManuscriptError) as refused:
        load()
    told = str(refused.value)
    assert (told.startswith(path), message in told) == (True, True), told


def test_a_track_with_a_faulty_file_is_left_as_it_was(load, root):
    load()
    before = rows()
    rewrite(root / "jeunes/parcours.md", "Agir à plusieurs.", "Agir ensemble.")
    rewrite(root / "jeunes/01-agir/09-quiz.yaml", "        juste: oui\n", "")
    with pytest.raises(ManuscriptError):
        load()
    assert rows() == before


def test_the_command_makes_the_site_and_says_what_it_did(monkeypatch, root, capsys):
    monkeypatch.setattr(loading, "CONTENT", root)
    monkeypatch.setattr(loading, "CONTENT", root)
    call_command("load_courses")
    assert capsys.readouterr().out == "  Jeunes\n4 created, 1 terms created\n"
    call_command("load_courses")
    assert capsys.readouterr().out == "  Jeunes\n4 kept, 1 terms kept\n"
    home = HomePage.objects.live().get()
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    assert [page.slug for page in home.get_children().live()] == ["parcours"]
    assert LessonPage.objects.get().get_url() == "/parcours/jeunes/agir/ecouter/"


def test_the_command_fails_with_the_name_of_the_faulty_file(monkeypatch, root):
    monkeypatch.setattr(loading, "CONTENT", root)
    rewrite(root / "jeunes/01-agir/module.md", "resume: Un module.\n", "")
    with pytest.raises(CommandError, match=r"^jeunes/01-agir/module.md : .*manquants \['resume'\]$"):
        call_command("load_courses")
