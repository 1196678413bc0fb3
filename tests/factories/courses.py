"""The smallest valid pages; variations are arguments."""

from wagtail.models import Page, Site

from courses.loading import catalogue_under, lines
from courses.manuscripts import identity
from courses.models import LessonPage, ModulePage, QuizPage, TrackPage
from lms.models import HomePage


def make_site():
    """The catalogue page, under a home page that the default site serves."""
    root = Page.objects.get(depth=1)
    home = HomePage(title="Accueil", slug="accueil", introduction="Apprendre à faire alliance.")
    root.add_child(instance=home)
    Site.objects.create(hostname="testserver", root_page=home, is_default_site=True, site_name="Faire alliance")
    return catalogue_under(home)


def publish(page):
    """The page, published as an editor would."""
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def make_track(catalogue, *, slug="jeunes", modules=((2, True), (1, False)), **fields):
    """A live track. Each module is (number of lessons, whether a quiz ends it)."""
    track = TrackPage(
        **{
            "title": slug.capitalize(),
            "slug": slug,
            "audience": slug if slug in TrackPage.Audience.values else "jeunes",
            "tagline": "Agir à plusieurs.",
            "introduction": "<p>Pour qui veut agir.</p>",
            "hours": 6,
            "award": TrackPage.Award.SUCCEEDED,
            "abilities": lines("ability", ["écouter un besoin", "réunir des partenaires"], slug),
            "outcomes": lines("outcome", ["réunir des partenaires"], slug),
            "reminder_after_days": 8,
            **fields,
        }
    )
    catalogue.add_child(instance=track)
    publish(track)
    for number, (lessons, with_quiz) in enumerate(modules, start=1):
        module = make_module(track, number=number)
        for lesson in range(1, lessons + 1):
            make_lesson(module, title=f"Leçon {number}.{lesson}")
        if with_quiz:
            make_quiz(module, title=f"Quiz {number}")
    return track


def make_module(track, *, number=1, **fields):
    """A live module without steps."""
    module = ModulePage(**{"title": f"Module {number}", "slug": f"module-{number}", "summary": "Un module.", **fields})
    track.add_child(instance=module)
    return publish(module)


def take_alone(track, *, number=1, **fields):
    """That module of the track, which may be taken alone from now on."""
    module = track.get_children().specific()[number - 1]
    for name, value in {"taken_alone": True, **fields}.items():
        setattr(module, name, value)
    return publish(module)


def make_lesson(module, *, title="Une leçon", **fields):
    """A live lesson of one paragraph."""
    body = [{"type": "text", "value": f"<p>Texte de « {title} ».</p>", "id": identity(module.pk, title)}]
    lesson = LessonPage(**{"title": title, "minutes": 15, "summary": "Une étape.", "body": body, **fields})
    module.add_child(instance=lesson)
    return publish(lesson)


def single(name, *, right=1, choices=3, points=1):
    """A single-choice question; choices are « name 1 », « name 2 », …; ``right`` is the right one's number."""
    question = identity("question", name)
    return {
        "type": "single",
        "id": question,
        "value": {
            "prompt": f"<p>Question {name} ?</p>",
            "explanation": f"<p>Explication de {name}.</p>",
            "points": points,
            "choices": [
                {
                    "type": "item",
                    "id": identity(question, number),
                    "value": {"text": f"{name} {number}", "correct": number == right, "feedback": ""},
                }
                for number in range(1, choices + 1)
            ],
        },
    }


def multiple(name, *, right=(1, 2), choices=4):
    """A question with several right choices."""
    block = single(name, choices=choices)
    for number, choice in enumerate(block["value"]["choices"], start=1):
        choice["value"]["correct"] = number in right
    return {**block, "type": "multiple"}


def true_false(name, *, answer=True):
    """A true-or-false question."""
    block = single(name)
    value = {**block["value"], "answer": "true" if answer else "false"}
    del value["choices"]
    return {**block, "type": "true_false", "value": value}


def make_quiz(module, *, title="Un quiz", questions=None, **fields):
    """A live quiz of three questions, one of each type, with a pass mark of 60 %."""
    questions = [single("A"), multiple("B"), true_false("C")] if questions is None else questions
    quiz = QuizPage(**{"title": title, "minutes": 5, "pass_mark": 60, "questions": questions, **fields})
    module.add_child(instance=quiz)
    return publish(quiz)
