"""Rules of progress that nobody could follow, told before they are published: on the outline as it will be."""

from dataclasses import replace

from courses.models import LessonPage, ModulePage, StepPage, TrackPage
from courses.outline import Module, Outline, Prerequisite, other_track, prerequisites_in

# What is being published may be refused for a rule of another page: the sentence names the modules.


def with_page(outline: Outline, page) -> Outline:
    """The outline, which holds this page, with what the page says as it stands: a track, a module or a step."""
    if isinstance(page, TrackPage):
        first = page.follows
        return replace(
            outline,
            in_order=page.in_order,
            opens_on=page.opens_on,
            opens_after_days=page.opens_after_days,
            follows=first and other_track(pk=first.pk, title=first.title, url_path=first.url_path, live=first.live),
        )
    if isinstance(page, ModulePage):
        return replace(outline, modules=tuple(_with_module(outline, page)))
    return replace(outline, modules=tuple(_with_step(module, page) for module in outline.modules))


def _with_module(outline, page):
    """The modules, of which this one has the rules of the page."""
    rules = {
        "title": page.title,
        "required": page.required,
        "order": page.order,
        "opens_on": page.opens_on,
        "opens_after_days": page.opens_after_days,
        "prerequisites": tuple(prerequisites_in(page.prerequisites)),
    }
    return [_ruled(module, rules) if module.pk == page.pk else module for module in outline.modules]


def _ruled(module, rules):
    # The outline no longer knows which step of an optional module its author called required: all may count again.
    steps = module.steps
    if module.required != rules["required"]:
        required = dict(StepPage.objects.filter(pk__in=[step.pk for step in steps]).values_list("pk", "required"))
        steps = tuple(replace(step, required=rules["required"] and required[step.pk]) for step in steps)
    return replace(module, steps=steps, **rules)


def _with_step(module, page):
    attended = isinstance(page, LessonPage) and page.completion == LessonPage.Completion.ATTENDED
    steps = [
        replace(step, title=page.title, required=page.required and module.required, attended=attended)
        if step.pk == page.pk
        else step
        for step in module.steps
    ]
    return replace(module, steps=tuple(steps))


def problems(outline: Outline) -> list[str]:
    """Why nobody could follow this track to its end, one French sentence each; empty when everybody can."""
    own = [
        f"Le module « {module.title} » s’attend lui-même : retirez ce prérequis."
        for module in outline.modules
        if any(_module_of(outline, asked) is module for asked in module.prerequisites)
    ]
    return own or _circles(outline)


def circle_of_tracks(page: TrackPage) -> list[str]:
    """Why nobody could open this track, when the tracks to finish first lead back to it; empty otherwise."""
    way, first = [page.title], page.follows
    seen = set()
    while first is not None and first.pk != page.pk and first.pk not in seen:
        way.append(first.title)
        seen.add(first.pk)
        first = first.follows
    if first is None or first.pk != page.pk:
        return []
    if len(way) == 1:
        return [f"Le parcours « {page.title} » s’attend lui-même : choisissez-en un autre, ou aucun."]
    names = [f"« {title} »" for title in [*way, page.title]]
    return [f"{', qui attend '.join(names)} : personne ne pourrait les ouvrir.".replace(", qui attend", " attend", 1)]


def parted(before: Outline, after: Outline) -> list[str]:
    """The prerequisites that would ask nothing any more, because they are no longer in the same track."""
    return [
        f"Le module « {module.title} » attend « {asked.title} », qui ne serait plus dans le même parcours."
        for module in before.modules
        for asked in [_page_of(before, one) for one in module.prerequisites]
        if asked and (_holds(after, module) != _holds(after, asked))
    ]


def _page_of(outline, asked):
    """The step or the module that a prerequisite names, or None."""
    return outline.by_pk.get(asked.page_pk) or outline.module(asked.page_pk)


def _holds(outline, one):
    """Whether the outline holds this module or this step."""
    return one.pk in outline.by_pk or outline.module(one.pk) is not None


def _module_of(outline, asked: Prerequisite) -> Module | None:
    """The module that a prerequisite names, or that holds the step it names."""
    step = outline.by_pk.get(asked.page_pk)
    return outline.module(step.module_pk if step else asked.page_pk)


def _circles(outline):
    """Modules that wait for each other, by their prerequisites or by the order of the track."""
    waits = {module.pk: _awaited(outline, module) for module in outline.modules}
    for module in outline.modules:
        circle = _way(waits, module.pk, module.pk)
        if circle:
            names = [f"« {outline.module(pk).title} »" for pk in circle]
            said = ", qui attend ".join([*names[1:], names[0]])
            return [f"{names[0]} attend {said} : personne ne pourrait les ouvrir."]
    return []


def _awaited(outline, module):
    """The modules that must be at least begun before this one opens."""
    asked = {found.pk for found in (_module_of(outline, one) for one in module.prerequisites) if found}
    if outline.in_order:
        asked |= {
            one.pk for one in outline.modules if one.number < module.number and any(step.required for step in one.steps)
        }
    return asked


def _way(waits, start, goal):
    """The shortest way from one module back to another along what they wait for; empty without one."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for following in sorted(waits[way[-1]]):
            if following == goal:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []
