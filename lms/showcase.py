"""What the developers' page shows: every component in every state, without a database."""

# ruff: noqa: E501 — sample sentences read better in one piece

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from wagtail.rich_text import RichText

from courses.outline import Module, Outline, Step
from courses.quizzes import Choice, MultipleChoice, Quiz, SingleChoice, TrueFalse
from learners.records import Enrolled
from learners.standing import Record
from lms.learning import Learning
from lms.questions import QuizForm

NOW = datetime(2026, 9, 14, 10, 30, tzinfo=UTC)

TRACKS = [
    (
        "jeunes",
        "Jeunes",
        "Vous avez l’énergie, d’autres ont les clés : apprenez à pousser la porte ensemble.",
        "6.5",
        True,
    ),
    ("catalyseurs", "Catalyseurs", "Relier des gens qui ne se parlent pas est un métier. Il s’apprend.", "9", False),
    (
        "chefs-de-projet",
        "Chefs de projet",
        "D’une idée partagée à une alliance qui tient : la méthode, étape par étape.",
        "10",
        False,
    ),
    ("decideurs", "Décideurs", "Dix minutes par étape pour décider de s’allier, et savoir avec qui.", "3.5", False),
]

MODULES = [
    (
        "Pourquoi jouer collectif ?",
        "Ce qu’aucun acteur ne résout seul, et ce que change une alliance.",
        [
            "Un problème que personne ne résout seul",
            "Dix-sept objectifs, et le dix-septième",
            "Quiz : pourquoi jouer collectif ?",
        ],
    ),
    (
        "Qui fait quoi sur mon territoire ?",
        "Associations, entreprises, collectivités : ce que chacun apporte, et ses limites.",
        [
            "Dix acteurs et leurs raisons",
            "La personne qui relie",
            "Cartographier son territoire",
            "Quiz : qui fait quoi ?",
        ],
    ),
    (
        "Quatre façons de s’allier",
        "Mécénat, pratiques responsables, coopération économique, innovation sociétale.",
        ["Donner", "Changer ses pratiques", "Quiz : quatre façons"],
    ),
]


def outline(slug, title, tagline, hours, informal):
    """A made-up track with its modules and steps."""
    number, modules = 0, []
    for position, (name, summary, titles) in enumerate(MODULES, start=1):
        steps = []
        for step_title in titles:
            number += 1
            quiz = step_title.startswith("Quiz")
            steps.append(
                Step(
                    pk=number,
                    title=step_title,
                    url="#contenu",
                    slug=str(number),
                    kind="quiz" if quiz else "lesson",
                    kind_label="quiz" if quiz else "leçon",
                    summary="",
                    minutes=6 if quiz else 14,
                    required=step_title != "La personne qui relie",
                    number=number,
                    module_pk=position,
                )
            )
        modules.append(
            Module(
                pk=position,
                title=name,
                url="#contenu",
                slug=str(position),
                summary=summary,
                number=position,
                steps=tuple(steps),
            )
        )
    return Outline(
        pk=1,
        title=title,
        url=f"/parcours/{slug}/",
        slug=slug,
        audience=slug,
        tagline=tagline,
        hours=Decimal(hours),
        informal=informal,
        in_order=True,
        award="reussite",
        reminder_after_days=10,
        modules=tuple(modules),
    )


def learning(track, done, step=None, code=None):
    """A made-up learner who completed the first ``done`` steps."""
    enrolment = Enrolled(
        pk=1,
        track_pk=track.pk,
        record=Record(done=dict.fromkeys(range(1, done + 1))),
        done_at=dict.fromkeys(range(1, done + 1), NOW),
        last_activity_at=NOW,
        certificate_code=code,
    )
    return Learning(outline=track, enrolment=enrolment, now=NOW, step=track.steps[step - 1] if step else None)


class Contact(forms.Form):
    """A form with one field of each kind."""

    name = forms.CharField(label="Nom", help_text="Il figurera sur vos attestations.")
    email = forms.EmailField(label="Adresse e-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    track = forms.ChoiceField(
        label="Parcours", choices=[("", "Choisir"), ("jeunes", "Jeunes"), ("decideurs", "Décideurs")]
    )
    rhythm = forms.ChoiceField(
        label="Rythme",
        choices=[("a", "Une étape par semaine"), ("b", "Un module par semaine")],
        widget=forms.RadioSelect,
    )
    message = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    reminders = forms.BooleanField(
        label="Recevoir un rappel si je m’arrête", required=False, help_text="Un par semaine au plus."
    )


def quiz():
    """A made-up quiz with the three types of question."""
    return Quiz(
        title="Quiz",
        pass_mark=60,
        questions=(
            SingleChoice(
                id="a",
                prompt="<p>Que demande l’<b>ODD 17</b> ?</p>",
                explanation="<p>Le dix-septième objectif dit comment atteindre les seize autres : en s’alliant.</p>",
                choices=(
                    Choice(id="1", text="Protéger les océans"),
                    Choice(id="2", text="Coopérer pour atteindre les autres objectifs", correct=True),
                    Choice(id="3", text="Baisser les impôts"),
                ),
            ),
            MultipleChoice(
                id="b",
                points=2,
                prompt="<p>Qui peut porter une alliance ? Plusieurs réponses.</p>",
                explanation="<p>Toute personne qui relie, quel que soit son titre.</p>",
                choices=(
                    Choice(id="1", text="Une association", correct=True),
                    Choice(id="2", text="Une commune", correct=True),
                    Choice(id="3", text="Personne"),
                ),
            ),
            TrueFalse(
                id="c",
                prompt="<p>L’égalité des apports est la condition d’un partenariat équilibré.</p>",
                explanation="<p>L’équilibre vient de la réciprocité, pas de l’égalité.</p>",
                answer=False,
            ),
        ),
    )


def results(questions):
    """One result of each kind."""
    given = [
        (True, True, "Coopérer pour atteindre les autres objectifs"),
        (True, False, "Une association"),
        (False, False, ""),
    ]
    return [
        SimpleNamespace(
            number=number,
            total=len(questions),
            question=question,
            mark="blank" if not answered else "right" if right else "again",
            points=question.points if right else 0,
            max_points=question.points,
            given=said,
            right_text="" if right else question.solution,
            remark="",
            tries=0,
            model_answer="",
            explanation=question.explanation,
        )
        for number, (question, (answered, right, said)) in enumerate(zip(questions, given, strict=True), start=1)
    ]


def blocks():
    """One block of each kind that needs no file."""
    sentence = RichText(
        "<p>« On s’est réunis pour parler d’horaires. On est repartis avec un minibus, un garage et une ligne à l’essai. »</p>"
    )
    return {
        "text": RichText(
            "<h2>Chacun a déjà essayé</h2><p>Personne, à Valcombe, n’est resté les bras croisés. Le club a voulu avancer l’entraînement : le gymnase était pris. <a href='#contenu'>Un lien</a> dans le texte.</p><h3>Trois raisons reviennent</h3><ul><li>Personne n’a <b>tous les moyens</b>.</li><li>Personne ne voit tout ; la compagnie compte celles et ceux qui montent.</li></ul><p>Une action isolée peut être utile et ne pas suffire.</p>"
        ),
        "takeaways": {
            "points": [
                "Un problème partagé demande une réponse partagée.",
                "Chacun garde ses raisons ; le but, lui, est commun.",
                "S’allier prend du temps : il faut que cela vaille l’effort.",
            ]
        },
        "figure": {
            "value": "81 %",
            "text": "des Français jugent utile de jouer collectif pour sortir de la crise",
            "date": "mai 2020",
            "source": "enquête citée par lerameau.fr",
            "caution": "Question posée en pleine crise sanitaire ; une autre question donnait 74 % en 2019.",
            "disputed": True,
        },
        "testimony": {
            "name": "Inès",
            "role": "17 ans, lycéenne",
            "text": sentence,
            "date": "",
            "source": "",
            "composed": True,
        },
        "expert": {
            "name": "Une chercheuse en sciences de gestion",
            "role": "spécialiste des partenariats",
            "text": RichText(
                "<p>L’équilibre d’un partenariat vient de la réciprocité, pas de l’égalité des apports.</p>"
            ),
            "date": "2018",
            "source": "article de recherche",
        },
        "sheet": {
            "title": "Écouter avant de proposer",
            "text": RichText(
                "<ol><li>Choisir trois personnes concernées.</li><li>Demander ce qui gêne, pas ce qu’il faudrait.</li><li>Relire à voix haute ce que l’on a compris.</li></ol>"
            ),
        },
        "quote": {
            "text": "Seul on va plus vite, ensemble on va plus loin.",
            "author": "Proverbe",
            "source": "tradition orale",
            "date": "sans date",
        },
        "example": {
            "title": "Le dernier bus de Valcombe",
            "place": "Valcombe, petite ville imaginaire",
            "date": "",
            "actors": ["un club de handball", "un garage", "la commune", "la compagnie de bus"],
            "text": RichText(
                "<p>Le club prête son minibus, le garage l’entretient, la commune règle l’assurance. La compagnie teste un arrêt à 19 h 15.</p>"
            ),
            "source": "",
            "composed": True,
        },
        "data_table": {
            "caption": "Deux façons de travailler ensemble",
            "headers": ["", "Face à face", "Côte à côte"],
            "rows": [
                ["But", "chacun le sien", "un but commun"],
                ["Durée", "une opération", "plusieurs années"],
                ["Décision", "celui qui paie", "à plusieurs"],
            ],
            "source": "synthèse de la plateforme",
        },
        "term": {
            "term": SimpleNamespace(
                term="Premier kilomètre",
                definition="Ce que vivent les personnes concernées, avant toute solution.",
                anchor="premier-kilometre",
            )
        },
        "activity": {
            "title": "Trois acteurs près de chez vous",
            "minutes": 10,
            "text": RichText(
                "<p>Sur une feuille, notez trois acteurs qui pourraient changer quelque chose. À côté, écrivez ce que chacun apporterait.</p>"
            ),
        },
    }


def showcase():
    """The context of lms/components.html."""
    tracks = [outline(*track) for track in TRACKS]
    questions = quiz()
    young, leader = tracks[0], tracks[2]
    return {
        "outlines": tracks,
        "learning": learning(leader, 4, step=5),
        "young": learning(young, 2),
        "finished": learning(tracks[1], 10, code="2345ABCD"),
        "form": Contact(),
        "form_wrong": Contact({"name": "", "email": "ines", "track": "", "reminders": "on"}, auto_id="wrong_%s"),
        "quiz_form": QuizForm(questions, {"a": ["2"]}, missing=["b"]),
        "results": results(questions.questions),
        "blocks": blocks(),
        "page_of_list": Paginator(range(120), 30).page(2),
        "today": date(2026, 9, 1),
        "tones": ["info", "success", "warning", "error"],
        "states": ["new", "active", "stalled", "done", "withdrawn"],
        "icons": [
            "check",
            "half",
            "help",
            "circle",
            "cross",
            "redo",
            "lock",
            "info",
            "alert",
            "clock",
            "steps",
            "arrow",
            "back",
            "plus",
            "download",
            "mail",
            "people",
            "flag",
            "seal",
            "pen",
            "play",
        ],
    }
