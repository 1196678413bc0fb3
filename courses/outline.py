"""The shape of a track, read in one query: what comes in which order, how long it takes."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import F, Q, Subquery
from wagtail.models import Page

from courses.models import LessonPage, ModulePage, StepPage, TrackPage
from courses.prepared import PreparedQuery


@dataclass(frozen=True)
class Step:
    """A live step. ``number`` counts from 1 through the whole track; ``minutes`` is declared.

    ``required`` says whether it leads to the attestation: it does not in an optional module.
    """

    pk: int
    title: str
    url: str
    slug: str
    kind: str
    kind_label: str
    summary: str
    minutes: int
    required: bool
    number: int
    module_pk: int
    attended: bool = False  # done by being there: a manager takes the register


@dataclass(frozen=True)
class Prerequisite:
    """A step or a module to finish first; ``score`` in per cent, or None when finishing is enough."""

    page_pk: int
    score: int | None = None


@dataclass(frozen=True)
class Module:
    """A live module, its rules, and its live steps in reading order."""

    pk: int
    title: str
    url: str
    slug: str
    summary: str
    number: int
    steps: tuple[Step, ...] = ()
    required: bool = True
    order: str = ModulePage.Order.AS_TRACK
    opens_on: date | None = None
    opens_after_days: int | None = None
    prerequisites: tuple[Prerequisite, ...] = ()

    @property
    def minutes(self):
        """Declared minutes of all the steps."""
        return sum(step.minutes for step in self.steps)


@dataclass(frozen=True)
class OtherTrack:
    """A live track that another one comes after."""

    pk: int
    title: str
    url: str


@dataclass(frozen=True)
class Outline:
    """A live track, its rules, and its live modules in reading order."""

    pk: int
    title: str
    url: str
    slug: str
    audience: str
    tagline: str
    hours: Decimal
    informal: bool
    in_order: bool
    award: str
    reminder_after_days: int
    modules: tuple[Module, ...] = field(default=())
    opens_on: date | None = None
    opens_after_days: int | None = None
    follows: OtherTrack | None = None

    @cached_property
    def steps(self):
        """Every step of the track, in reading order."""
        return tuple(step for module in self.modules for step in module.steps)

    @cached_property
    def required(self):
        """The steps that lead to the attestation."""
        return tuple(step for step in self.steps if step.required)

    @cached_property
    def required_ids(self):
        """Primary keys of the required steps."""
        return frozenset(step.pk for step in self.required)

    @cached_property
    def by_pk(self):
        """Steps by primary key."""
        return {step.pk: step for step in self.steps}

    @property
    def minutes(self):
        """Declared minutes of all the steps."""
        return sum(step.minutes for step in self.steps)

    @property
    def first(self):
        """The step that everyone may read, or None in an empty track."""
        return self.steps[0] if self.steps else None

    def module(self, pk):
        """The module with that primary key, or None."""
        return next((module for module in self.modules if module.pk == pk), None)

    def module_by_slug(self, slug):
        """The module with that slug, or None."""
        return next((module for module in self.modules if module.slug == slug), None)

    def step_by_slug(self, module_slug, slug):
        """The step at that address, or None."""
        module = self.module_by_slug(module_slug)
        return next((step for step in module.steps if step.slug == slug), None) if module else None

    def keeps_order(self, module):
        """Whether the steps of this module open one after the other."""
        return self.in_order if module.order == ModulePage.Order.AS_TRACK else module.order == ModulePage.Order.IN_ORDER

    def before(self, step):
        """The steps that come before this one, in reading order."""
        return self.steps[: step.number - 1]


LIVE = Q(live=True)


def outline_by_slug(slug):
    """The outline of the live track with that slug, or None. One query."""
    return _first(_build(BY_SLUG.rows(slug)))


def outline_by_pk(pk):
    """The outline of the live track with that primary key, or None. One query."""
    return _first(_build(BY_PK.rows(pk)))


def outline_once_live(pk, *, page_pks=()):
    """The outline of this track as if it, and these pages of it, were live: as once published. One query."""
    return _first(_build(_rows(TrackPage.objects.filter(pk=pk), among=LIVE | Q(pk__in=[pk, *page_pks]))))


def outline_of_step(step_pk):
    """The outline of the live track that holds that step, or None. One query."""
    return _first(_build(BY_STEP.rows(step_pk)))


def outlines():
    """The outlines of all live tracks, in the order of the catalogue. One query."""
    return _build(_rows())


def _first(found):
    return found[0] if found else None


def _rows(tracks=None, *, among=LIVE):
    pages = Page.objects.filter(among).filter(
        Q(trackpage__isnull=False) | Q(modulepage__isnull=False) | Q(steppage__isnull=False)
    )
    if tracks is not None:
        pages = pages.annotate(root=Subquery(tracks.values("path")[:1])).filter(path__startswith=F("root"))
    return pages.order_by("path").values(
        "pk",
        "path",
        "title",
        "slug",
        "url_path",
        "content_type__model",
        "trackpage__audience",
        "trackpage__tagline",
        "trackpage__hours",
        "trackpage__informal",
        "trackpage__in_order",
        "trackpage__opens_on",
        "trackpage__opens_after_days",
        "trackpage__follows",
        "trackpage__follows__title",
        "trackpage__follows__url_path",
        "trackpage__follows__live",
        "trackpage__award",
        "trackpage__reminder_after_days",
        "modulepage__summary",
        "modulepage__required",
        "modulepage__order",
        "modulepage__opens_on",
        "modulepage__opens_after_days",
        "modulepage__prerequisites",
        "steppage__minutes",
        "steppage__required",
        "steppage__summary",
        "steppage__lessonpage__completion",
    )


def _around(step_pk):
    step_path = StepPage.objects.filter(pk=step_pk).values("path")[:1]
    return TrackPage.objects.annotate(inner=Subquery(step_path)).filter(inner__startswith=F("path"))


BY_PK = PreparedQuery(lambda pk: _rows(TrackPage.objects.filter(pk=pk)), -1)
BY_SLUG = PreparedQuery(lambda slug: _rows(TrackPage.objects.filter(slug=slug)), "?")
BY_STEP = PreparedQuery(lambda step_pk: _rows(_around(step_pk)), -1)


def _build(rows):
    kinds = {model._meta.model_name: model for model in StepPage.__subclasses__()}
    tracks: list[dict] = []
    for row in rows:
        model = row["content_type__model"]
        common = {"pk": row["pk"], "title": row["title"], "url": _url(row["url_path"]), "slug": row["slug"]}
        track = tracks[-1] if tracks and row["path"].startswith(tracks[-1]["path"]) else None
        modules = track["modules"] if track else []
        module = modules[-1] if modules and row["path"].startswith(modules[-1]["path"]) else None
        if model == "trackpage":
            tracks.append({"path": row["path"], "modules": [], "row": row, "common": common})
        elif model == "modulepage" and track:
            modules.append({"path": row["path"], "steps": [], "row": row, "common": common})
        elif model in kinds and module:
            module["steps"].append({"kind": kinds[model], "row": row, "common": common})
    return [_track(one) for one in tracks]


def _url(path):
    # The site's root page has no part in the address.
    return "/" + path.split("/", 2)[2]


def other_track(*, pk, title, url_path, live):
    """The track to finish first; None when there is none, or it is not live and asks nothing."""
    return OtherTrack(pk, title, _url(url_path)) if live else None


def prerequisites_in(stream):
    """What a module asks first; a page that was deleted asks nothing."""
    for block in stream.raw_data if stream else ():
        if block and block["value"].get("page"):
            yield Prerequisite(block["value"]["page"], block["value"].get("score"))


def _track(track):
    row = track["row"]
    number = 0
    modules = []
    for position, module in enumerate(track["modules"], start=1):
        steps = []
        for step in module["steps"]:
            number += 1
            steps.append(
                Step(
                    **step["common"],
                    kind=step["kind"].kind,
                    kind_label=step["kind"].kind_label,
                    summary=step["row"]["steppage__summary"],
                    minutes=step["row"]["steppage__minutes"],
                    required=step["row"]["steppage__required"] and module["row"]["modulepage__required"],
                    number=number,
                    module_pk=module["common"]["pk"],
                    attended=step["row"]["steppage__lessonpage__completion"] == LessonPage.Completion.ATTENDED,
                )
            )
        modules.append(
            Module(
                **module["common"],
                summary=module["row"]["modulepage__summary"],
                number=position,
                steps=tuple(steps),
                required=module["row"]["modulepage__required"],
                order=module["row"]["modulepage__order"],
                opens_on=module["row"]["modulepage__opens_on"],
                opens_after_days=module["row"]["modulepage__opens_after_days"],
                prerequisites=tuple(prerequisites_in(module["row"]["modulepage__prerequisites"])),
            )
        )
    return Outline(
        **track["common"],
        audience=row["trackpage__audience"],
        tagline=row["trackpage__tagline"],
        hours=row["trackpage__hours"],
        informal=row["trackpage__informal"],
        in_order=row["trackpage__in_order"],
        award=row["trackpage__award"],
        reminder_after_days=row["trackpage__reminder_after_days"],
        opens_on=row["trackpage__opens_on"],
        opens_after_days=row["trackpage__opens_after_days"],
        follows=other_track(
            pk=row["trackpage__follows"],
            title=row["trackpage__follows__title"],
            url_path=row["trackpage__follows__url_path"],
            live=row["trackpage__follows__live"],
        ),
        modules=tuple(modules),
    )
