"""Questions of a file → questions of the bank: a dry run that writes nothing, then one transaction.

What the dry run showed travels to the confirmation signed, so that exactly that is created; each
question gets its identity from the dry run, so that confirming twice creates once.
"""

import uuid
from dataclasses import dataclass

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from modelsearch.backends import get_search_backends_with_name
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex, Revision
from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.blocks.every import QuestionBlocks
from courses.exchange import values
from courses.exchange.decoding import decode
from courses.exchange.formats import FORMATS, guess
from courses.exchange.found import Entry, Problem, Unreadable, excerpt
from courses.models import BankQuestion
from courses.quizzes import question_from

SALT = "courses.importing"
LONGEST_PARCEL = 1_900_000  # what is posted again must stay below DATA_UPLOAD_MAX_MEMORY_SIZE
HOURS = 12


class NotConfirmable(ValueError):
    """A confirmation that is too old, altered, or somebody else's; says so in French."""


@dataclass(frozen=True)
class Planned:
    """A question that will be created: ``fault`` says why it can only be a draft."""

    entry: Entry
    kind_label: str
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What importing a file would do."""

    format_label: str
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...]
    notice: str
    parcel: str

    @property
    def drafts(self):
        """How many are incomplete."""
        return sum(bool(one.fault) for one in self.planned)


def dry_run(data, *, by, format_name="", track=None, difficulty="", tags=(), publish=False):
    """The Plan for the bytes of a file; nothing is written. Raises exchange.found.Unreadable."""
    text, notice = decode(data)
    form = FORMATS[format_name or guess(text)]
    found = form.read(text)
    planned, problems = [], list(found.problems)
    for entry in found.entries:
        label, fault, blocking = judged(entry.question)
        if blocking:
            problems.append(Problem(line=entry.line, excerpt=excerpt(entry.title), sentence=fault))
        else:
            planned.append(Planned(entry=entry, kind_label=label, fault=fault))
    parcel = signing.dumps(
        {
            "by": by.pk,
            "token": str(uuid.uuid4()),
            "track": track.pk if track else None,
            "difficulty": difficulty,
            "questions": [
                {
                    "question": one.entry.question.export(),
                    "title": one.entry.title,
                    "tags": list(dict.fromkeys([*tags, *one.entry.tags])),
                    "live": publish and not one.fault,
                }
                for one in planned
            ],
        },
        salt=SALT,
        compress=True,
    )
    if len(parcel) > LONGEST_PARCEL:
        raise Unreadable("Ce fichier contient trop de texte pour être importé d’un coup. Partagez-le.")
    return Plan(
        format_label=form.label,
        planned=tuple(planned),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        notice=notice,
        parcel=parcel,
    )


def judged(question):
    """(label of the type, what is wrong or nothing, whether even a draft is impossible)."""
    stream = QuestionBlocks(max_num=1)
    value = stream.to_python([values.block(question)])
    block = value[0].block
    try:
        stream.clean(value)
    except ValidationError as error:
        fault = said(error, block)
    else:
        return block.label, "", False
    try:
        stream.clean_deferred(value)
    except ValidationError as error:
        return block.label, said(error, block), True
    return block.label, fault, False


def said(error, block):
    """What the blocks say against a question, as one line: « champ : phrase »."""
    return " ".join(dict.fromkeys(sentences(error.block_errors[0], block)))


def sentences(error, block):
    """Every sentence of an error, with the name of its field."""
    if not hasattr(error, "block_errors"):
        yield from error.messages
        return
    for one in error.non_block_errors.as_data():
        yield from one.messages
    for name, one in error.block_errors.items():
        named = hasattr(block, "child_blocks")
        child = block.child_blocks[name] if named else block.child_block
        for sentence in sentences(one, child):
            yield f"{child.label} : {sentence}" if named and not hasattr(one, "block_errors") else sentence


def confirm(parcel, *, by):
    """Create what a dry run showed to this person, all or nothing. Returns how many were created.

    Confirming again creates nothing and returns 0. Raises NotConfirmable.
    """
    try:
        plan = signing.loads(parcel, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as error:
        raise NotConfirmable(
            "Cette vérification a expiré ou a été modifiée. Choisissez le fichier à nouveau."
        ) from error
    if plan["by"] != by.pk:
        raise NotConfirmable("Cette vérification a été faite par quelqu’un d’autre. Choisissez le fichier à nouveau.")
    if any(one["live"] for one in plan["questions"]) and not by.has_perm("courses.publish_bankquestion"):
        raise NotConfirmable("Vous ne pouvez plus publier de questions. Choisissez le fichier à nouveau.")
    token = uuid.UUID(plan["token"])
    wanted = {uuid.uuid5(token, str(place)): one for place, one in enumerate(plan["questions"])}
    try:
        with transaction.atomic(), disable_reference_index_auto_update():
            known = set(BankQuestion.objects.filter(uid__in=wanted).values_list("uid", flat=True))
            if known:
                return 0
            create(wanted, track_id=plan["track"], difficulty=plan["difficulty"], by=by)
    except IntegrityError:
        # The other click was faster: its transaction holds these very identifiers.
        if BankQuestion.objects.filter(uid__in=wanted).exists():
            return 0
        raise
    return len(wanted)


def create(wanted, *, track_id, difficulty, by):
    """The questions of the bank, as the editor would have created and published them, without its queries for each."""
    now = timezone.now()
    rows = [
        BankQuestion(
            uid=uid,
            title=one["title"],
            track_id=track_id,
            difficulty=difficulty,
            question=[values.block(question_from(one["question"]).model_copy(update={"id": str(uid)}))],
            live=one["live"],
            has_unpublished_changes=not one["live"],
            first_published_at=now if one["live"] else None,
            last_published_at=now if one["live"] else None,
        )
        for uid, one in wanted.items()
    ]
    BankQuestion.objects.bulk_create(rows)
    for row, one in zip(rows, wanted.values(), strict=True):
        row.tags.add(*one["tags"])
        row.tagged_items.commit()
    keep_history(rows, by=by, at=now)
    for _, backend in get_search_backends_with_name(with_auto_update=True):
        backend.add_bulk(BankQuestion, rows)
    for row in rows:
        ReferenceIndex.create_or_update_for_object(row)


def keep_history(rows, *, by, at):
    """The first revision of these questions, and what the reports of the admin say of them."""
    revisions = Revision.objects.bulk_create(
        Revision(
            content_object=row,
            base_content_type=row.get_base_content_type(),
            user=by,
            created_at=at,
            content=row.serializable_data(),
            object_str=str(row),
        )
        for row in rows
    )
    for row, revision in zip(rows, revisions, strict=True):
        row.latest_revision = revision
        row.live_revision = revision if row.live else None
        log(instance=row, action="wagtail.create", user=by, content_changed=True)
        if row.live:
            log(instance=row, action="wagtail.publish", user=by, revision=revision)
    BankQuestion.objects.bulk_update(rows, ["latest_revision", "live_revision"])
