"""Puts the manuscripts into Wagtail: idempotent, and never over what an editor has changed since."""

from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.db.models import TextField
from django.utils.text import slugify
from wagtail.blocks import StreamBlockValidationError
from wagtail.fields import StreamField

from courses import manuscripts, questionnaires
from courses.models import (
    BankQuestion,
    CataloguePage,
    GlossaryTerm,
    Illustration,
    LessonPage,
    LoadedPage,
    ModulePage,
    QuizPage,
    TrackPage,
)

CONTENT = Path(__file__).parent / "content"
BEHAVIOURS = {"evaluation": "assessed", "entrainement": "formative"}
COUNTS = {"meilleure": "best", "derniere": "last", "premiere": "first", "moyenne": "average"}
TRACKS = ("jeunes", "catalyseurs", "chefs-de-projet", "decideurs")


class Loading:
    """One run over the content folder; ``counts`` tells what was created, updated, kept or left to editors."""

    def __init__(self, catalogue, *, root=None, say=lambda line: None):
        self.catalogue = catalogue
        self.root = root or CONTENT
        self.say = say
        self.counts: Counter[str] = Counter()
        self.terms = {term.term.casefold(): term for term in GlossaryTerm.objects.all()}

    def run(self):
        """Load the glossary and every track that has files. Returns the counts."""
        self.load_glossary()
        track = None
        for slug in TRACKS:
            folder = self.root / slug
            if (folder / "parcours.md").exists():
                with transaction.atomic():
                    track = self.load_track(folder, after=track)
        return self.counts

    def load_glossary(self):
        """Create the terms that are missing; an existing definition belongs to its editors."""
        path = self.root / "glossaire.yaml"
        if path.exists():
            for entry in manuscripts.read(self.root, path).values:
                self.counts["terms created" if self.load_term(entry, path.name) else "terms kept"] += 1

    def load_term(self, entry, where):
        """Whether this term was missing, and is there now."""
        values = manuscripts.checked(entry, "term", where)
        term = GlossaryTerm(term=manuscripts.typed(values["terme"]), definition=manuscripts.typed(values["definition"]))
        if term.term.casefold() in self.terms:
            return False
        validate(term, where)
        term.save()
        self.terms[term.term.casefold()] = term
        return True

    def load_track(self, folder, *, after):
        """A track, its modules and their steps."""
        manuscript = manuscripts.read(self.root, folder / "parcours.md")
        track = self.put(TrackPage, self.catalogue, manuscript, track_fields(manuscript), after=after)
        self.say(f"  {track.title}")
        self.load_bank(folder / "banque.yaml", track)
        module = None
        for module_folder in sorted(path.parent for path in folder.glob("*/module.md")):
            module_file = manuscripts.read(self.root, module_folder / "module.md")
            module = self.put(ModulePage, track, module_file, module_fields(module_file), after=module)
            self.load_steps(module, module_folder, track)
        return track

    def load_bank(self, path, track):
        """Create the questions of the track's bank that are missing; one that exists belongs to its editors."""
        if path.exists():
            file = manuscripts.read(self.root, path)
            for fields, tags in questionnaires.read_bank(file):
                created = self.load_bank_question(BankQuestion(track=track, live=False, **fields), tags, file.path)
                self.counts["bank questions created" if created else "bank questions kept"] += 1

    def load_bank_question(self, question, tags, where):
        """Whether this question was missing from the bank, and is there now."""
        if BankQuestion.objects.filter(uid=question.uid).exists():
            return False
        validate(question, f"{where} ({question.title})")
        question.save()
        question.tags.add(*tags)
        question.save()
        question.save_revision().publish()
        return True

    def load_steps(self, module, folder, track):
        """The lessons and quizzes of a module, in the order of their files."""
        step = None
        for path in sorted(folder.iterdir()):
            if path.name == "module.md" or path.suffix not in {".md", ".yaml"}:
                continue
            file = manuscripts.read(self.root, path)
            if path.suffix == ".md":
                step = self.put(LessonPage, module, file, self.lesson_fields(file), after=step)
            else:
                step = self.put(QuizPage, module, file, quiz_fields(file, track), after=step)

    def lesson_fields(self, manuscript):
        """The fields of a lesson."""
        manuscripts.checked(manuscript.values, "lesson", manuscript.path)
        blocks = manuscripts.body_blocks(manuscript, images=self.illustration)
        return {
            **step_fields(manuscript),
            "body": [raw_block(kind, self.resolve(kind, value, manuscript.path), pk) for kind, value, pk in blocks],
        }

    def resolve(self, kind, value, where):
        """Names of glossary terms become their rows."""
        if kind != "term":
            return value
        term = self.terms.get(value["term"].casefold())
        if term is None:
            raise manuscripts.ManuscriptError(f"{where} : terme absent du glossaire « {value['term']} »")
        return {"term": term.pk}

    def illustration(self, name, where):
        """The primary key of the Illustration made from a file of the track's images folder."""
        path = self.root / where.split("/")[0] / "images" / name
        if not path.is_file():
            raise manuscripts.ManuscriptError(f"{where} : image absente « {name} »")
        title = f"{path.parent.parent.name}/{name}"
        found = Illustration.objects.filter(title=title).first()
        if found is None:
            with path.open("rb") as file:
                found = Illustration.objects.create(
                    title=title, file=File(file, name=f"{slugify(path.stem)}{path.suffix}"), credit="Faire alliance"
                )
        return found.pk

    def put(self, model, parent, manuscript, fields, *, after):
        """The live page of this manuscript: created, updated, or left as its editors want it."""
        loaded = LoadedPage.objects.filter(path=manuscript.path).select_related("page").first()
        if loaded is None:
            page = model(slug=manuscript.slug, live=False, **fields)
            with refused_by_name(manuscript.path):
                page.clean_fields(exclude=["path", "depth"])
            place(page, parent, after)
            return self.publish(page, LoadedPage(path=manuscript.path, page=page), manuscript, "created")
        page = loaded.page.specific
        if page.latest_revision_id != loaded.revision_id or not page.live:
            self.counts["left to editors"] += 1
        elif loaded.digest == manuscript.digest:
            self.counts["kept"] += 1
        else:
            for name, value in fields.items():
                setattr(page, name, value)
            return self.publish(page, loaded, manuscript, "updated")
        return page

    def publish(self, page, loaded, manuscript, outcome):
        """Validate and publish as an editor would; remember what was loaded."""
        validate(page, manuscript.path)
        revision = page.save_revision()
        revision.publish()
        loaded.digest = manuscript.digest
        loaded.revision_id = revision.pk
        loaded.save()
        self.counts[outcome] += 1
        page.refresh_from_db()
        return page


def place(page, parent, after):
    """Add a new page right after the one of the file before it, which is None for the first file."""
    first = parent.get_first_child()
    if first is None or (after and not after.is_child_of(parent)):
        parent.add_child(instance=page)
    elif after:
        after.add_sibling(pos="right", instance=page)
    else:
        first.add_sibling(pos="left", instance=page)


@contextmanager
def refused_by_name(where):
    """A refusal, told with the name of the file."""
    try:
        yield
    except ValidationError as error:
        told = error.as_json_data() if isinstance(error, StreamBlockValidationError) else error
        raise manuscripts.ManuscriptError(f"{where} : {told}") from error


def validate(row, where):
    """Refuse what the editors' form would refuse: Django's full_clean knows neither blocks nor long texts."""
    with refused_by_name(where):
        row.full_clean()
        for field in row._meta.get_fields():
            if isinstance(field, StreamField):
                field.stream_block.clean(field.value_from_object(row))
            elif isinstance(field, TextField) and field.max_length:
                MaxLengthValidator(field.max_length)(field.value_from_object(row))


def raw_block(kind, value, pk):
    """A StreamField value in the form that Wagtail stores."""
    if isinstance(value, dict):
        value = {name: listed(item, pk, name) for name, item in value.items()}
    return {"type": kind, "value": value, "id": pk}


def listed(value, pk, name):
    """Lists as Wagtail stores them, each item with a stable identifier."""
    if not isinstance(value, list) or (value and isinstance(value[0], dict)):
        return value
    return [
        {"type": "item", "id": manuscripts.identity(pk, name, position), "value": listed(item, pk, f"{name}{position}")}
        for position, item in enumerate(value)
    ]


def lines(kind, values, where):
    """A StreamField of single lines."""
    return [
        raw_block(kind, manuscripts.typed(value), manuscripts.identity(where, kind, position))
        for position, value in enumerate(values or [])
    ]


def track_fields(manuscript):
    """The fields of a track."""
    values = manuscripts.checked(manuscript.values, "track", manuscript.path)
    where = values["public"]
    return {
        "title": values["titre"],
        "audience": values["public"],
        "tagline": manuscripts.typed(values["accroche"]),
        "introduction": manuscripts.html(values["corps"]),
        "hours": str(values["heures"]),
        "rhythm": manuscripts.typed(values.get("rythme", "")),
        "format": manuscripts.typed(values.get("format", "")),
        "outcomes": lines("outcome", values.get("acquis"), where),
        "abilities": lines("ability", values.get("capacites"), where),
        "sources": lines("source", values.get("sources"), where),
        "informal": manuscripts.yes(values.get("tutoiement", False), manuscript.path),
        "award": values["attestation"],
        "reminder_after_days": values["relance_apres_jours"],
        "search_description": manuscripts.typed(values["accroche"]),
    }


def module_fields(manuscript):
    """The fields of a module."""
    values = manuscripts.checked(manuscript.values, "module", manuscript.path)
    return {
        "title": manuscripts.typed(values["titre"]),
        "summary": manuscripts.typed(values["resume"]),
        "objectives": lines("objective", values.get("objectifs"), values["titre"]),
        "taken_alone": manuscripts.yes(values.get("suivi-seul", False), manuscript.path),
        "abilities": lines("ability", values.get("capacites"), values["titre"]),
        "search_description": manuscripts.typed(values["resume"]),
    }


def step_fields(manuscript):
    """The fields that lessons and quizzes share."""
    values = manuscript.values
    return {
        "title": manuscripts.typed(values["titre"]),
        "minutes": values["minutes"],
        "summary": manuscripts.typed(values.get("resume", "")),
        "required": manuscripts.yes(values.get("obligatoire", True), manuscript.path),
        "search_description": manuscripts.typed(values.get("resume", "")),
    }


def worded(words, word, where):
    """What this French word stands for."""
    if word not in words:
        raise manuscripts.ManuscriptError(f"{where} : « {word} » est à choisir parmi {sorted(words)}")
    return words[word]


def quiz_fields(manuscript, track):
    """The fields of a quiz, whose draws are among the bank of its track."""
    values = manuscripts.checked(manuscript.values, "quiz", manuscript.path)
    return {
        **step_fields(manuscript),
        "introduction": manuscripts.typed(values.get("introduction", "")),
        "pass_mark": values.get("seuil"),
        "max_attempts": values.get("tentatives"),
        "certainty": manuscripts.yes(values.get("certitude", False), manuscript.path),
        "behaviour": worded(BEHAVIOURS, values.get("comportement", "evaluation"), manuscript.path),
        "penalty": values.get("penalite", 33),
        "counts": worded(COUNTS, values.get("compte", "meilleure"), manuscript.path),
        "delay_minutes": values.get("delai"),
        "time_limit": values.get("temps"),
        "shuffle_questions": manuscripts.yes(values.get("melanger-questions", False), manuscript.path),
        "shuffle_choices": manuscripts.yes(values.get("melanger-choix", False), manuscript.path),
        "questions": [
            {"type": kind, "value": value | {"track": track.pk} if kind == "draw" else value, "id": pk}
            for kind, value, pk in questionnaires.question_blocks(manuscript)
        ],
    }


def catalogue_under(home):
    """The catalogue page, created under the home page when it does not exist."""
    found = CataloguePage.objects.first()
    if found is None:
        found = CataloguePage(
            title="Les parcours",
            slug=CataloguePage.SLUG,
            introduction="Quatre parcours, selon la place que l’on occupe dans une alliance. "
            "Chacun avance à son rythme, et une attestation vérifiable vient à la fin.",
        )
        home.add_child(instance=found)
        found.save_revision().publish()
    return found
