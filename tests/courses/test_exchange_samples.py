"""Files as people and platforms really write them, odd corners included; and files that mean harm."""

import codecs
from decimal import Decimal

import pytest

from courses.exchange import aiken, gift, moodle_xml
from courses.exchange.decoding import OLD_WINDOWS, decode
from courses.exchange.formats import guess
from courses.exchange.found import MAX_BYTES, MAX_QUESTIONS, Unreadable
from courses.quizzes import plain

GIFT = r"""// Banque de la promotion d’automne
$CATEGORY: $course$/top/Alliances

// [tag:ODD] [id:12]
::Échappements::Le ratio 1\:2 vaut \{0,5\} ?{
  =Oui, c’est 50 \%#Bien vu \: 1\=1
  ~Non \~ presque
  ~%0%5 \# 3 \\ 2
  ####La moitié.
}

La fondation {~attend =accompagne ~achète} les associations.

[html]<p>Qui a <b>fondé</b> l’alliance&nbsp;?</p>{=Personne =%50%Quelqu’un#presque =%100%Nous tous}

Cochez les partenaires.{~%50%Commune ~%50%Club ~%-100%Concurrent}

Trois poids.{~%50%Commune ~%50%Club ~%-10%Concurrent ~Autre}

Qui apporte quoi ?{
  =Le garage -> l’entretien
  =La commune -> l’assurance
  = -> la fanfare
}

Quelle part du budget vient des dons ?{#12.25:0.05}

Combien de partenaires autour d’une table ?{#7,5..8,5#Dans la fourchette}

De quelle année est la loi sur les associations ?{#
  =1901:0 # Exact
  =%50%1901:2
}

La réciprocité suffit.{TRUE#Non#Oui####Toujours.}

[markdown]Racontez **une** rencontre. {}

Deux justes.{=a =b ~c}

Un texte seul, sans question.

Accolade oubliée {=a ~b

Rien de juste {~a ~b}

Mauvais nombre {#beaucoup}
"""


def by_line(found):
    """The entries by their line."""
    return {entry.line: entry for entry in found.entries}


def test_gift_as_people_write_it():
    found = gift.read(GIFT)
    entries = by_line(found)
    escaped = entries[5]
    assert (escaped.title, escaped.tags) == ("Échappements", ("Alliances", "ODD"))
    assert escaped.question.summary == "Le ratio 1:2 vaut {0,5} ?"
    assert [choice.text for choice in escaped.question.choices] == [r"Oui, c’est 50 \%", "Non ~ presque", r"5 # 3 \ 2"]
    assert escaped.question.choices[0].feedback == "Bien vu : 1=1"
    assert plain(escaped.question.explanation) == "La moitié."

    missing = entries[12].question
    assert (missing.kind, missing.summary, missing.solution) == (
        "single",
        "La fondation _____ les associations.",
        "accompagne",
    )
    short = entries[14]
    assert short.question.prompt == "<p>Qui a <b>fondé</b> l’alliance\xa0?</p>"
    assert short.question.accepted == ("Personne", "Nous tous")
    assert len(short.notices) == 2
    assert (entries[16].question.scoring, entries[16].notices) == ("right_only", ())
    assert entries[18].question.scoring == "each"
    assert "poids en pour cent" in entries[18].notices[0]
    assert (len(entries[20].question.pairs), entries[20].question.extras) == (2, ("la fanfare",))
    assert (entries[26].question.value, entries[26].question.margin) == (Decimal("12.25"), Decimal("0.05"))
    assert (entries[28].question.value, entries[28].question.margin) == (Decimal(8), Decimal("0.5"))
    assert (entries[30].question.value, len(entries[30].notices)) == (1901, 2)
    assert (entries[35].question.answer, plain(entries[35].question.explanation)) == (True, "Toujours.")
    assert entries[37].question.kind == "open"
    assert "<b>une</b>" in entries[37].question.prompt or "<strong>une</strong>" in entries[37].question.prompt
    assert (entries[39].question.kind, entries[39].question.scoring) == ("multiple", "all")
    assert [(problem.line, problem.sentence.split(" :")[0]) for problem in found.problems] == [
        (41, "C’est un texte sans question"),
        (43, "L’accolade ouverte ne se ferme pas avant la ligne vide qui suit."),
        (45, "Aucune réponse n’est juste."),
        (47, "« beaucoup » n’est pas un nombre utilisable."),
    ]


def test_gift_does_not_escape_a_quotation_mark():
    (entry,) = gift.read(r"Il dit \"non\" ?{=\"Oui\" ~Non}").entries
    assert entry.question.summary == r"Il dit \"non\" ?"
    assert entry.question.choices[0].text == r"\"Oui\""


def test_in_gift_an_answer_is_text_or_markup_as_its_format_says():
    (entry,) = gift.read("Quelle balise ?{=[plain]<a> ~[html]un <b>lien</b> &amp; plus ~x & y}").entries
    assert [choice.text for choice in entry.question.choices] == ["<a>", "un lien & plus", "x & y"]


XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<quiz>
<!-- question: 0  -->
  <question type="category"><category><text>$course$/Banque/Été</text></category></question>
  <question type="multichoice">
    <name><text>CDATA</text></name>
    <questiontext format="html">
      <text><![CDATA[<p dir="ltr">Que dit l’<strong>ODD 17</strong> ?<br></p>
        <p><img src="@@PLUGINFILE@@/a.png"></p>]]></text>
      <file name="a.png" path="/" encoding="base64">aGVsbG8=</file>
    </questiontext>
    <generalfeedback format="html"><text>&lt;p&gt;Les partenariats.&lt;/p&gt;</text></generalfeedback>
    <defaultgrade>2.5000000</defaultgrade>
    <single>true</single>
    <answer fraction="100" format="html">
      <text><![CDATA[<p>Coopérer</p>]]></text>
      <feedback format="html"><text>Oui</text></feedback>
    </answer>
    <answer fraction="-33.33333" format="html">
      <text>Rivaliser</text><feedback format="html"><text></text></feedback>
    </answer>
    <hint format="html"><text>Un indice</text></hint>
    <tags><tag><text>odd</text></tag></tags>
  </question>
  <question type="cloze">
    <name><text>Trous</text></name>
    <questiontext format="html"><text><![CDATA[<p>Complétez.</p>
      <p>Une {1:SHORTANSWER:=alliance~%100%coalition~%50%union#presque}
      réunit {2:MCV:~tous~=qui veut\\, et \\~ peut}.</p>]]></text></questiontext>
  </question>
  <question type="ordering">
    <name><text>Ordre</text></name>
    <questiontext format="html"><text>Rangez.</text></questiontext>
    <gradingtype>ALL_OR_NOTHING</gradingtype>
    <answer fraction="2.0" format="html"><text>b</text></answer>
    <answer fraction="1.0" format="html"><text>a</text></answer>
    <answer fraction="3.0" format="html"><text>c</text></answer>
  </question>
  <question type="numerical">
    <name><text>Nombre</text></name>
    <questiontext format="html"><text>Combien ?</text></questiontext>
    <answer fraction="100"><text>12.5</text><tolerance>0.5</tolerance></answer>
    <units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit><unit><multiplier>1000</multiplier><unit_name>m</unit_name></unit></units>
  </question>
  <question type="truefalse">
    <name><text>Vrai</text></name>
    <questiontext format="html"><text>La réciprocité suffit.</text></questiontext>
    <answer fraction="0"><text>false</text></answer>
    <answer fraction="100"><text>true</text></answer>
  </question>
  <question type="calculated"><name><text>Calculée</text></name></question>
  <question type="ddimageortext"><name><text>Glisser</text></name></question>
</quiz>
"""


def test_moodle_xml_as_moodle_writes_it():
    found = moodle_xml.read(XML)
    choice, cloze, ordering, number, truth = found.entries
    assert (choice.line, choice.title, choice.tags) == (5, "CDATA", ("Été", "odd"))
    assert choice.question.prompt.startswith("<p>Que dit l’<strong>ODD 17</strong> ?<br/></p>")
    assert (choice.question.solution, choice.question.points) == ("Coopérer", 2)
    assert choice.question.hints == ("<p>Un indice</p>",)
    told = " ".join(choice.notices)
    assert all(sentence in told for sentence in ("images", "fichiers joints", "La note 2.5000000 devient 2 points."))
    assert (cloze.question.summary, cloze.question.segments) == ("Complétez.", ("Une ", " réunit ", "."))
    first, second = cloze.question.gaps
    assert (first.accepted, first.wrong) == (("alliance", "coalition"), ())
    assert (second.accepted, second.wrong) == (("qui veut, et ~ peut",), ("tous",))
    assert [item.text for item in ordering.question.items] == ["a", "b", "c"]
    assert ordering.question.scoring == "all"
    assert (number.question.value, number.question.margin, number.question.units) == (
        Decimal("12.5"),
        Decimal("0.5"),
        ("km",),
    )
    assert truth.question.answer is True
    assert [(problem.excerpt, problem.sentence) for problem in found.problems] == [
        ("Calculée", "Les questions calculées n’existent pas ici."),
        ("Glisser", "Le type « ddimageortext » n’existe pas ici."),
    ]


AIKEN = """Que dit l’ODD 17 ?
A. Coopérer
B) Rivaliser <vite>
ANSWER: A

Sans réponse ?
A. Oui
B. Non

Mauvaise lettre ?
A. Oui
B. Non
ANSWER: C
Collée à la précédente ?
A. Oui
B. Non
answer: b
"""


def test_aiken():
    found = aiken.read(AIKEN)
    assert [(one.line, one.question.summary, one.question.solution) for one in found.entries] == [
        (1, "Que dit l’ODD 17 ?", "Coopérer"),
        (14, "Collée à la précédente ?", "Non"),
    ]
    assert found.entries[0].question.choices[1].text == "Rivaliser <vite>"
    assert [(problem.line, problem.sentence) for problem in found.problems] == [
        (6, "La ligne « ANSWER: » manque."),
        (10, "« ANSWER: » ne désigne aucune des réponses proposées."),
    ]


@pytest.mark.parametrize(("text", "name"), [(GIFT, "gift"), (XML, "xml"), (AIKEN, "aiken"), ("\n <quiz/>", "xml")])
def test_the_format_is_recognised(text, name):
    assert guess(text) == name


@pytest.mark.parametrize(
    ("data", "text", "notice"),
    [
        ("é ?{T}".encode(), "é ?{T}", ""),
        (codecs.BOM_UTF8 + "é ?{T}".encode(), "é ?{T}", ""),
        ("é\r\n€".encode("utf-16"), "é\n€", ""),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é", ""),
        ("l’été à 5 €\r".encode("cp1252"), "l’été à 5 €\n", OLD_WINDOWS),
    ],
)
def test_texts_of_all_hands_are_read(data, text, notice):
    assert decode(data) == (text, notice)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "est vide"),
        (b" \n\t", "est vide"),
        (b"Question\x00 {T}", "pas un fichier de texte"),
        (b"PK\x03\x04\x14\x00\x08\x08", "pas un fichier de texte"),
        (bytes(range(128, 256)) * 10 + b"\x01", "pas un fichier de texte"),
        (codecs.BOM_UTF16_LE + b"a", "s’annonce en UTF-16"),
        (codecs.BOM_UTF8 + b"\xff\xfe\xfa", "s’annonce en UTF-8"),
        (b"x" * (MAX_BYTES + 1), "trop lourd : 2 Mo"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(data, words):
    with pytest.raises(Unreadable, match=words):
        decode(data)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{LAUGHS}]><quiz>&l9;</quiz>', "DOCTYPE"),
        ('<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "DOCTYPE"),
        ('<!DOCTYPE quiz SYSTEM "http://example.org/quiz.dtd"><quiz/>', "DOCTYPE"),
        ("<quiz>&inconnue;</quiz>", r"mal formé \(ligne 1"),
        ("<quiz>\n<question></quiz>", r"mal formé \(ligne 2"),
        ("<quiz>" + "<a>" * 5000, "trop imbriqué"),
        ("<quiz>" + "<a/>" * 100_000, "plus de 100000 éléments"),
        ("<html><body>Bonjour</body></html>", "commence par <html>"),
        ("<quiz></quiz>", "Aucune question"),
        ("<quiz>" + '<question type="description"/>' * (MAX_QUESTIONS + 1) + "</quiz>", "plus de 500 questions"),
    ],
)
def test_an_xml_that_means_harm_is_refused_with_a_sentence(text, words):
    with pytest.raises(Unreadable, match=words):
        moodle_xml.read(text)


def test_more_questions_than_a_file_may_hold_are_refused():
    with pytest.raises(Unreadable, match="plus de 500 questions"):
        gift.read("Vrai ?{T}\n\n" * (MAX_QUESTIONS + 1))
    assert len(gift.read("Vrai ?{T}\n\n" * MAX_QUESTIONS).entries) == MAX_QUESTIONS


@pytest.mark.parametrize("figure", ["1e999999999", "NaN", "Infinity", "9" * 400])
def test_a_number_that_is_an_attack_is_left_aside(figure):
    (problem,) = gift.read(f"Combien ?{{#{figure}}}").problems
    assert "n’est pas un nombre utilisable" in problem.sentence


HOSTILE = [
    "<script>alert(1)</script>Q",
    "<p onclick='alert(1)'>Q</p>",
    '<a href="javascript:alert(1)">Q</a>',
    '<a href="java&#10;script:alert(1)">Q</a>',
    "<style>p{}</style><p style='color:red' class='x'>Q</p>",
    "<svg><script>alert(1)</script></svg>Q",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>Q",
    "<<script>script>alert(1)<</script>/script>Q",
    "<img src=x onerror=alert(1)>Q",
    '<embed embedtype="image" id="1"/>Q',
    "<p>Q</p><!-- --><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_no_script_survives_in_a_rich_text(html):
    escaped = html.replace("&", "&amp;").replace("<", "&lt;")
    xml = (
        f'<quiz><question type="essay"><questiontext format="html"><text>{escaped}</text></questiontext>'
        f'<generalfeedback format="html"><text>{escaped}</text></generalfeedback>'
        f'<hint format="html"><text>{escaped}</text></hint>'
        f'<graderinfo format="html"><text>{escaped}</text></graderinfo></question></quiz>'
    )
    question = moodle_xml.read(xml).entries[0].question
    for stored in (question.prompt, question.explanation, *question.hints, question.model_answer):
        assert "Q" in plain(stored)
        assert not any(
            sign in stored.lower()
            for sign in (
                "<script",
                "onclick=",
                "onerror=",
                "javascript:",
                "style=",
                "<img",
                "<svg",
                "<iframe",
                "<embed",
            )
        ), stored


def test_no_script_survives_in_the_settings_kept_beside_a_question():
    aside = '{"hints": ["<p onclick=\\"x\\">Indice<script>1</script></p>"], "points": 3, "id": "volé", "unknown": 1}'
    (entry,) = gift.read(f"// [faire-alliance:{aside}]\nQ ?{{T}}").entries
    assert (entry.question.hints, entry.question.points, entry.question.id) == (("<p>Indice</p>",), 3, "ligne-2")


@pytest.mark.parametrize(
    "aside",
    [
        "{",
        "{]}",
        '{"points": "beaucoup"}',
        '{"hints": 3}',
        "{" * 10_000 + "}",
        '{"kind": []}',
        '{"hints": ["<p>\\u0000</p>"]}',
        '{"hints": ["<p>\\ud800</p>"]}',
    ],
)
def test_settings_that_cannot_be_read_are_ignored(aside):
    (entry,) = gift.read(f"// [faire-alliance:{aside}]\nQ ?{{T}}").entries
    assert (entry.question.points, entry.question.hints) == (1, ())


@pytest.mark.parametrize("hostile", ["// [tag:\\" * 20_000, "‹" * 30_000, "Q ?{" + "~%1%" * 10_000 + "}"])
def test_a_line_that_nobody_wrote_is_refused_at_once(hostile):
    with pytest.raises(Unreadable, match="La ligne 2 est trop longue"):
        gift.read(f"Q ?{{T}}\n{hostile}")


def test_a_question_of_many_lines_that_nobody_wrote_is_left_aside_with_its_reason():
    found = gift.read("Q ?{\n" + "~non\n" * 5_000 + "}\n\nR ?{T}")
    assert [problem.sentence for problem in found.problems] == [
        "La question est trop longue : 20000 caractères au plus."
    ]
    assert len(found.entries) == 1


@pytest.mark.parametrize("html", ["<b>" * 5000, "<p>x" * 4000, "<b>" * 999, "<b>x</b>" * 2000])
def test_tags_beyond_reason_are_left_aside(html):
    (problem,) = gift.read(f"[html]{html}Q{{T}}").problems
    assert "trop imbriquée" in problem.sentence


@pytest.mark.parametrize("hostile", ["[tag:\\", "[faire-alliance:{", "[tag:a", "[", "}]", "[html]"])
def test_comments_that_mean_harm_are_comments(hostile):
    row = hostile * (19_000 // len(hostile))
    (entry,) = gift.read(f"// {row}\n" * 100 + "Q ?{T}").entries
    assert entry.tags == ()


@pytest.mark.parametrize("unit", ["<", "&amp;", "<b>x</b>"])
def test_a_file_that_takes_too_long_to_read_is_given_up_with_its_line(monkeypatch, unit):
    monkeypatch.setattr("courses.exchange.found.MAX_SECONDS", 0.05)
    with pytest.raises(Unreadable, match=r"trop long à lire : il a été abandonné à la ligne \d+\."):
        gift.read(f"[html]{unit * 400}{{T}}\n\n" * 100)


def test_a_question_of_moodle_that_nobody_wrote_is_left_aside_and_attached_files_do_not_count():
    def essay(text, beside=""):
        return f'<question type="essay"><questiontext><text>{text}</text>{beside}</questiontext></question>'

    attached = f"<file>{'a' * 30_000}</file>"
    read = moodle_xml.read(
        f"<quiz>{essay('Q', '<b/>' * 30_000)}{essay('Q', attached)}{essay('<![CDATA[<b>]]>' * 10_000)}</quiz>"
    )
    assert [problem.sentence for problem in read.problems] == [
        "La question est trop longue : 20000 caractères au plus."
    ] * 2
    assert [entry.question.summary for entry in read.entries] == ["Q"]


def test_tags_are_few_and_short_enough_for_the_bank():
    tags = "".join(f"[tag:n{number}] " for number in range(12))
    (entry,) = gift.read(f"// [tag:{'é' * 150}] [tag:{chr(0xFDFA) * 50}] {tags}\nQ ?{{T}}").entries
    assert entry.tags == ("é" * 89 + "…", *(f"n{number}" for number in range(9)))
    assert entry.notices == ("Seules les 10 premières étiquettes sont reprises.",)


def test_a_bracket_inside_a_comment_does_not_hide_a_tag():
    (entry,) = gift.read("// voir [la [tag:ODD] et [tag:a\\]b] ou \\[tag:c\nQ ?{T}").entries
    assert entry.tags == ("ODD", "a]b")


@pytest.mark.parametrize(
    "answers", ["=x" + "~a" * 100, "=a" * 101, "=a->b =c->d" + "=a->b" * 99, "~%100%x" + "~%-100%a" * 100]
)
def test_a_question_with_more_answers_than_any_of_ours_is_left_aside(answers):
    (problem,) = gift.read(f"Q ?{{{answers}}}").problems
    assert problem.sentence == "La question a trop de réponses : 101."


def test_half_a_million_blank_lines_are_no_question():
    assert guess("\n" * 500_000 + "Q ?{T}") == "gift"
    assert gift.read("\n" * 500_000 + "Q ?{T}").entries[0].line == 500_001


def test_a_hole_without_a_right_answer_is_left_aside():
    def cloze(text):
        return f'<quiz><question type="cloze"><questiontext><text>{text}</text></questiontext></question></quiz>'

    (problem,) = moodle_xml.read(cloze("Une {1:SA:%50%alliance} réunit.")).problems
    assert problem.sentence == "Un trou n’a pas de réponse juste."


@pytest.mark.parametrize("text", ["q\n" * 100_000 + "\n" * 800_000 + "ANSWER: A", "A. x\n" * 400_000 + "ANSWER: A"])
def test_an_aiken_question_that_nobody_wrote_is_left_aside(text):
    (problem,) = aiken.read(text).problems
    assert problem.sentence == "La question est trop longue : 20000 caractères au plus."


def test_what_moodle_has_more_of_is_told():
    hints = "<hint><text>Un indice</text></hint>" * 4
    rows = "".join(f'<answer fraction="{place}"><text>Étape {place}</text></answer>' for place in (1, 2, 3))
    (entry,) = moodle_xml.read(
        '<quiz><question type="ordering"><questiontext><text>Rangez.</text></questiontext>'
        f"<gradingtype>LONGEST_ORDERED_SUBSET</gradingtype>{hints}{rows}</question></quiz>"
    ).entries
    assert (len(entry.question.hints), entry.question.scoring) == (3, "each")
    assert entry.notices == (
        "Seuls les trois premiers indices sont repris.",
        "Désormais, chaque élément bien placé compte.",
    )
