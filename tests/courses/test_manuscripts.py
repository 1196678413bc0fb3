"""Content files: read as values ready for Wagtail, or refused with the name of the file."""

import pytest

from courses.manuscripts import (
    DIRECTIVES,
    Manuscript,
    ManuscriptError,
    body_blocks,
    checked,
    html,
    identity,
    read,
    typed,
)
from courses.questionnaires import question_blocks

HEAD = "---\ntitre: Une leçon\nminutes: 10\n---\n"
PLACE = "jeunes/01-agir/01-lecon.md"


def manuscript(body, path=PLACE):
    """A lesson with that text."""
    return Manuscript(path=path, digest="", values={"titre": "Une leçon", "minutes": 10, "corps": body})


def blocks_of(body):
    """The (type, value) pairs of that text; pictures are named 7."""
    return [(kind, value) for kind, value, _ in body_blocks(manuscript(body), images=lambda name, where: 7)]


def written(root, text, path=PLACE):
    """The manuscript of a file with that text."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return read(root, file)


def test_a_file_is_a_front_matter_and_a_text(tmp_path):
    found = written(tmp_path, HEAD + "\nBonjour.\n")
    assert (found.path, found.values) == (PLACE, {"titre": "Une leçon", "minutes": 10, "corps": "\nBonjour.\n"})


def test_a_line_of_dashes_in_the_text_is_text(tmp_path):
    assert written(tmp_path, HEAD + "Avant.\n\n---\n\nAprès.\n").values["corps"] == "Avant.\n\n---\n\nAprès.\n"


def test_a_date_stays_the_words_of_the_author(tmp_path):
    assert written(tmp_path, "---\ntitre: 2021-05-04\n---\n").values == {"titre": "2021-05-04"}


def test_the_digest_follows_the_bytes_of_the_file(tmp_path):
    first = written(tmp_path, HEAD + "Bonjour.\n").digest
    assert written(tmp_path, HEAD + "Bonjour.\n").digest == first
    assert written(tmp_path, HEAD + "Bonsoir.\n").digest != first


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("jeunes/parcours.md", "jeunes"),
        ("jeunes/02-qui-fait-quoi/module.md", "qui-fait-quoi"),
        ("jeunes/02-qui-fait-quoi/01-dix-acteurs.md", "dix-acteurs"),
        ("jeunes/02-qui-fait-quoi/09-quiz.yaml", "quiz"),
    ],
)
def test_the_address_of_a_page_is_the_name_of_its_file_without_its_number(path, slug):
    assert Manuscript(path=path, digest="", values={}).slug == slug


@pytest.mark.parametrize("text", ["Sans en-tête.\n", "---\ntitre: x\n", "titre: x\n---\n"])
def test_a_file_without_a_front_matter_is_refused_by_name(tmp_path, text):
    with pytest.raises(ManuscriptError, match=rf"^{PLACE} : en-tête absent"):
        written(tmp_path, text)


def test_broken_yaml_is_refused_by_name(tmp_path):
    with pytest.raises(ManuscriptError, match=rf"^{PLACE} : "):
        written(tmp_path, "---\ntitre: [\n---\n")


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("lesson", {"titre": "x", "minutes": 1, "corps": "x", "résumé": "x"}, r"inconnus \['résumé'\], manquants \[\]"),
        ("lesson", {"titre": "x", "corps": "x"}, r"inconnus \[\], manquants \['minutes'\]"),
        ("lesson", {"titre": "x", "minutes": 1}, r"inconnus \[\], manquants \['corps'\]"),
        ("module", {"titre": "x", "resume": "x", "corps": "x"}, r"inconnus \['corps'\], manquants \[\]"),
        ("quiz", {"titre": "x", "minutes": 1, "questions": [], "seuils": 60}, r"inconnus \['seuils'\]"),
        ("term", {"terme": "x"}, r"manquants \['definition'\]"),
        ("term", "x", "des champs « nom: valeur » sont attendus"),
    ],
)
def test_a_front_matter_with_an_unknown_or_missing_field_is_refused_by_name(kind, values, message):
    with pytest.raises(ManuscriptError, match=rf"^{PLACE} : .*{message}"):
        checked(values, kind, PLACE)


def test_apostrophes_become_typographic_however_they_were_typed():
    assert typed("  l'eau d’hier ") == "l’eau d’hier"


def test_markdown_becomes_the_rich_text_that_editors_have():
    text = "## Titre\n\nUn *mot* **fort** et un [lien](/glossaire/).\n\n- un\n- deux\n\n1. premier\n"
    assert html(text) == (
        "<h2>Titre</h2><p>Un <em>mot</em> <strong>fort</strong> et un "
        '<a href="/glossaire/">lien</a>.</p><ul><li>un</li><li>deux</li></ul><ol><li>premier</li></ol>'
    )


def test_html_in_a_file_is_shown_and_not_run():
    assert html("<script>alert('x')</script>") == "<p>&lt;script&gt;alert(’x’)&lt;/script&gt;</p>"


def test_the_text_is_cut_by_its_directives():
    body = "Avant.\n\n::: a-retenir\npoints:\n  - l'un\n  - l'autre\n:::\n\nAprès.\n"
    assert blocks_of(body) == [
        ("text", "<p>Avant.</p>"),
        ("takeaways", {"points": ["l’un", "l’autre"]}),
        ("text", "<p>Après.</p>"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '::: chiffre\nvaleur: "91 %"\ntexte: des maires\ndate: 2024\nsource: letowski.fr\nconteste: oui\n:::\n',
            (
                "figure",
                {
                    "value": "91 %",
                    "text": "des maires",
                    "date": "2024",
                    "source": "letowski.fr",
                    "caution": "",
                    "disputed": True,
                },
            ),
        ),
        (
            "::: exemple\ntitre: Un verger\ntexte: |\n  Une *école*.\nacteurs: [une école]\nfictif: oui\n:::\n",
            (
                "example",
                {
                    "title": "Un verger",
                    "text": "<p>Une <em>école</em>.</p>",
                    "place": "",
                    "actors": ["une école"],
                    "date": "",
                    "source": "",
                    "composed": True,
                },
            ),
        ),
        (
            "::: tableau\nlegende: Qui\nentetes: [a, b]\nlignes:\n  - [c, d]\n  - [1, 2]\n:::\n",
            ("data_table", {"caption": "Qui", "headers": ["a", "b"], "rows": [["c", "d"], ["1", "2"]], "source": ""}),
        ),
        (
            "::: activite\ntitre: Essayer\ntexte: Une heure.\nduree: 15\n:::\n",
            ("activity", {"title": "Essayer", "text": "<p>Une heure.</p>", "minutes": 15}),
        ),
        (
            "::: image\nfichier: pont.svg\nalternative: Un pont\n:::\n",
            ("image", {"image": {"image": 7, "decorative": False, "alt_text": "Un pont"}, "caption": ""}),
        ),
        (
            "::: image\nfichier: pont.svg\ndecorative: oui\nlegende: Le pont.\n:::\n",
            ("image", {"image": {"image": 7, "decorative": True, "alt_text": ""}, "caption": "Le pont."}),
        ),
    ],
)
def test_a_directive_becomes_a_block(body, expected):
    assert blocks_of(body) == [expected]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("::: chifre\nvaleur: 1\n:::\n", "directive inconnue « chifre »"),
        ("::: terme\nterme: x\nlien: y\n:::\n", r"\(terme\) : champs inconnus \['lien'\], manquants \[\]"),
        ("::: terme\n:::\n", r"\(terme\) : champs inconnus \[\], manquants \['terme'\]"),
        ("::: terme\n- x\n:::\n", r"\(terme\) : des champs « nom: valeur » sont attendus"),
        ("::: terme\nterme: [\n:::\n", r"\(terme\) : "),
        ("::: image\nfichier: x.svg\ndecorative: peut-être\n:::\n", r"\(image\) : « peut-être » n’est ni oui ni non"),
    ],
)
def test_a_directive_that_cannot_be_read_is_refused_by_name(body, message):
    with pytest.raises(ManuscriptError, match=rf"^{PLACE}.*{message}"):
        blocks_of(body)


@pytest.mark.parametrize("name", DIRECTIVES)
def test_every_directive_names_its_missing_fields(name):
    needed = sorted(field.name for field in DIRECTIVES[name][1] if field.required)
    with pytest.raises(ManuscriptError) as refused:
        blocks_of(f"::: {name}\n:::\n")
    assert str(refused.value) == f"{PLACE} ({name}) : champs inconnus [], manquants {needed}"


SINGLE = {
    "id": "relier",
    "type": "choix-unique",
    "question": "Qui relie ?",
    "choix": [{"texte": "l'élu"}, {"texte": "le catalyseur", "juste": "oui"}],
    "explication": "C’est son *métier*.",
}
TRUE_FALSE = {"id": "vrai", "type": "vrai-faux", "question": "Vrai ?", "reponse": "faux", "explication": "Non."}


def questions_of(*questions):
    """The blocks of a quiz with these questions."""
    found = Manuscript(path="jeunes/01-agir/09-quiz.yaml", digest="", values={"questions": list(questions)})
    return question_blocks(found)


def test_a_question_becomes_a_block_with_its_choices():
    place = identity("jeunes/01-agir/09-quiz.yaml", "relier")
    assert questions_of(SINGLE) == [
        (
            "single",
            {
                "prompt": "<p>Qui relie ?</p>",
                "explanation": "<p>C’est son <em>métier</em>.</p>",
                "points": 1,
                "hints": [],
                "choices": [
                    {"type": "item", "id": identity(place, number), "value": {**choice, "feedback": ""}}
                    for number, choice in enumerate(
                        ({"text": "l’élu", "correct": False}, {"text": "le catalyseur", "correct": True})
                    )
                ],
            },
            place,
        )
    ]


@pytest.mark.parametrize(("said", "kept"), [("vrai", "true"), ("faux", "false"), (True, "true"), (False, "false")])
def test_a_true_or_false_question_keeps_its_answer(said, kept):
    ((kind, value, _),) = questions_of({**TRUE_FALSE, "reponse": said})
    assert (kind, value["answer"]) == ("true_false", kept)


def test_a_question_keeps_its_identity_when_it_is_moved_or_reworded():
    before = {pk for _, _, pk in questions_of(SINGLE, TRUE_FALSE)}
    after = {pk for _, _, pk in questions_of({**TRUE_FALSE, "question": "Est-ce vrai ?"}, {**SINGLE, "points": 3})}
    assert after == before


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({**SINGLE, "type": "texte-libre"}, r"\(relier\) : .*« texte-libre »"),
        ({**SINGLE, "indice": "x"}, r"champs inconnus \['indice'\]"),
        ({"id": "x", "type": "choix-unique", "question": "?"}, r"\(x\) : .*manquants \['choix', 'explication'\]"),
        ({**SINGLE, "choix": [{"text": "x"}]}, r"\(relier\) : champs inconnus \['text'\], manquants \['texte'\]"),
        ({**SINGLE, "choix": [{"texte": "x", "juste": "yes"}]}, r"\(relier\) : « yes » n’est ni oui ni non"),
        ({**TRUE_FALSE, "reponse": "peut-être"}, r"\(vrai\) : .*'peut-être'"),
        ({key: TRUE_FALSE[key] for key in TRUE_FALSE if key != "reponse"}, r"\(vrai\) : .*'reponse'"),
        ({key: SINGLE[key] for key in SINGLE if key != "choix"}, r"\(relier\) : .*'choix'"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_by_name(question, message):
    with pytest.raises(ManuscriptError, match=rf"^jeunes/01-agir/09-quiz.yaml.*{message}"):
        questions_of(question)


def test_two_questions_with_one_id_are_refused():
    with pytest.raises(ManuscriptError, match="deux questions portent le même identifiant"):
        questions_of(SINGLE, {**TRUE_FALSE, "id": "relier"})
