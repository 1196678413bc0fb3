"""Where a learner stands: pure, a table of cases and properties. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import Module, Outline, Step
from learners.standing import Lock, Progress, next_step, progress_of, why_locked


def make_outline(*modules, in_order=True, informal=False):
    """A track of these modules; each is a list of (primary key, whether it is required)."""
    number = 0
    built = []
    for position, module in enumerate(modules, start=1):
        steps = []
        for pk, required in module:
            number += 1
            steps.append(
                Step(
                    pk=pk,
                    title=f"Étape {pk}",
                    url=f"/parcours/t/{position}/{pk}/",
                    slug=str(pk),
                    kind="lesson",
                    kind_label="leçon",
                    summary="",
                    minutes=pk,
                    required=required,
                    number=number,
                    module_pk=position,
                )
            )
        built.append(
            Module(
                pk=position,
                title="M",
                url="/m/",
                slug=str(position),
                summary="",
                number=position,
                steps=tuple(steps),
            )
        )
    return Outline(
        pk=1,
        title="Décideurs",
        url="/parcours/t/",
        slug="t",
        audience="decideurs",
        tagline="",
        hours=3,
        informal=informal,
        in_order=in_order,
        award="suivi",
        reminder_after_days=10,
        modules=tuple(built),
    )


# Steps 11, 12 (optional) and 13 in a first module, 14 and 15 (optional) in a second.
IN_ORDER = make_outline([(11, True), (12, False), (13, True)], [(14, True), (15, False)])
FREE = make_outline([(11, True), (12, False), (13, True)], [(14, True), (15, False)], in_order=False)
INFORMAL = make_outline([(11, True), (12, True)], informal=True)
EMPTY = make_outline([])

LOCKED_BY_11 = Lock("Cette étape s’ouvre quand « Étape 11 » est terminée.", "/parcours/t/1/11/", "Aller à « Étape 11 »")
LOCKED_BY_13 = Lock("Cette étape s’ouvre quand « Étape 13 » est terminée.", "/parcours/t/1/13/", "Aller à « Étape 13 »")
LOCKED_OUT = Lock("Inscrivez-vous au parcours pour ouvrir cette étape.", "/parcours/t/", "Voir le parcours Décideurs")
LOCKED_OUT_INFORMAL = Lock(
    "Inscris-toi au parcours pour ouvrir cette étape.", "/parcours/t/", "Voir le parcours Décideurs"
)


@pytest.mark.parametrize(
    ("outline", "pk", "enrolled", "done", "lock"),
    [
        pytest.param(IN_ORDER, 11, False, set(), None, id="the first step is open to a visitor"),
        pytest.param(IN_ORDER, 12, False, set(), LOCKED_OUT, id="the second is not"),
        pytest.param(INFORMAL, 12, False, set(), LOCKED_OUT_INFORMAL, id="young people are told so in their way"),
        pytest.param(FREE, 13, False, set(), LOCKED_OUT, id="a visitor is kept out of a free track too"),
        pytest.param(IN_ORDER, 11, True, set(), None, id="the first step is open to a learner"),
        pytest.param(IN_ORDER, 12, True, set(), LOCKED_BY_11, id="an optional step waits like the others"),
        pytest.param(IN_ORDER, 13, True, {11}, None, id="an optional step holds nobody back"),
        pytest.param(IN_ORDER, 14, True, set(), LOCKED_BY_11, id="the first missing step is the one that is named"),
        pytest.param(IN_ORDER, 14, True, {11}, LOCKED_BY_13, id="a module waits for the one before"),
        pytest.param(IN_ORDER, 14, True, {13}, LOCKED_BY_11, id="a hole made by an author locks what follows"),
        pytest.param(IN_ORDER, 13, True, {13}, None, id="a step that is done stays open behind a hole"),
        pytest.param(IN_ORDER, 14, True, {11, 13}, None, id="everything required before is done"),
        pytest.param(
            IN_ORDER,
            15,
            True,
            {11, 12, 13},
            Lock("Cette étape s’ouvre quand « Étape 14 » est terminée.", "/parcours/t/2/14/", "Aller à « Étape 14 »"),
            id="the link leads to the missing step, in its own module",
        ),
        pytest.param(FREE, 15, True, set(), None, id="in a free track everything is open"),
        pytest.param(IN_ORDER, 12, True, {99}, LOCKED_BY_11, id="steps of elsewhere open nothing"),
    ],
)
def test_a_step_is_locked_for_a_reason_or_open(outline, pk, enrolled, done, lock):
    assert why_locked(outline, outline.by_pk[pk], enrolled=enrolled, done=done) == lock


@pytest.mark.parametrize(
    ("outline", "done", "last", "expected"),
    [
        pytest.param(IN_ORDER, set(), None, 11, id="one begins at the beginning"),
        pytest.param(IN_ORDER, {11}, 11, 12, id="then the step after, optional or not"),
        pytest.param(IN_ORDER, {11}, 12, 13, id="one that was touched and left is passed"),
        pytest.param(IN_ORDER, {11}, None, 12, id="without a last one, the first that is left"),
        pytest.param(IN_ORDER, {11, 13}, 13, 14, id="from the one touched last, not from a skipped optional one"),
        pytest.param(IN_ORDER, {11, 13, 14, 15}, 15, 12, id="at the end, back to what was skipped"),
        pytest.param(IN_ORDER, {13, 14}, 14, 11, id="a hole made by an author locks what follows: it comes first"),
        pytest.param(IN_ORDER, {11, 12, 13, 14, 15}, 15, None, id="nothing after the end"),
        pytest.param(IN_ORDER, {11}, 99, 12, id="the step touched last may be gone"),
        pytest.param(FREE, {14}, 14, 15, id="in a free track too, one goes on from where one was"),
        pytest.param(FREE, {14, 15}, 15, 11, id="in a free track, back to the first that is left"),
        pytest.param(EMPTY, set(), None, None, id="an empty track has no next step"),
    ],
)
def test_the_next_step_is_the_one_to_continue_with(outline, done, last, expected):
    step = next_step(outline, done=done, last=last)
    assert (step and step.pk) == expected


@pytest.mark.parametrize(
    ("outline", "done", "expected", "percent", "complete"),
    [
        pytest.param(IN_ORDER, set(), Progress(0, 3, 38), 0, False, id="nothing done"),
        pytest.param(IN_ORDER, {11}, Progress(1, 3, 27), 33, False, id="per cent are rounded down"),
        pytest.param(IN_ORDER, {11, 13}, Progress(2, 3, 14), 66, False, id="two of three"),
        pytest.param(IN_ORDER, {11, 12, 15}, Progress(1, 3, 27), 33, False, id="optional steps count for nothing"),
        pytest.param(IN_ORDER, {11, 13, 14}, Progress(3, 3, 0), 100, True, id="complete without the optional ones"),
        pytest.param(IN_ORDER, {11, 98, 99}, Progress(1, 3, 27), 33, False, id="steps that are gone count for nothing"),
        pytest.param(EMPTY, {99}, Progress(0, 0, 0), 0, False, id="an empty track is never complete"),
    ],
)
def test_progress_counts_live_required_steps_and_nothing_else(outline, done, expected, percent, complete):
    progress = progress_of(outline, done)
    assert (progress, progress.percent, progress.complete) == (expected, percent, complete)


@st.composite
def standings(draw):
    """Any track, and a learner who has completed any steps, of this track or of elsewhere, in any order."""
    pks = iter(draw(st.permutations(range(1, 25))))
    modules = draw(st.lists(st.lists(st.booleans(), max_size=6), max_size=4))
    outline = make_outline(
        *[[(next(pks), required) for required in module] for module in modules], in_order=draw(st.booleans())
    )
    done = draw(st.sets(st.integers(1, 30)))
    last = draw(st.none() | st.integers(1, 30))
    return outline, done, last


@given(standings())
def test_progress_lies_between_0_and_100_and_is_complete_when_nothing_required_is_left(standing):
    outline, done, _last = standing
    progress = progress_of(outline, done)
    left = [step for step in outline.steps if step.required and step.pk not in done]
    assert 0 <= progress.percent <= 100
    assert progress.complete == (outline.required != () and left == [])
    assert (progress.percent == 100) == progress.complete
    assert progress.minutes_left == sum(step.minutes for step in left)


@given(standings())
def test_the_next_step_is_neither_done_nor_locked(standing):
    outline, done, last = standing
    step = next_step(outline, done=done, last=last)
    assert step is None or (
        step in outline.steps and step.pk not in done and why_locked(outline, step, enrolled=True, done=done) is None
    )


@given(standings())
def test_there_is_a_next_step_as_long_as_one_is_not_done(standing):
    outline, done, last = standing
    assert (next_step(outline, done=done, last=last) is None) == ({step.pk for step in outline.steps} <= done)


@given(standings())
def test_following_the_next_step_finishes_the_track_without_a_detour(standing):
    outline, done, last = standing
    left = {step.pk for step in outline.steps} - done
    walked = []
    while step := next_step(outline, done=done, last=last):
        walked.append(step.pk)
        done, last = done | {step.pk}, step.pk
    assert (sorted(walked), progress_of(outline, done).complete) == (sorted(left), outline.required != ())


@given(standings(), st.integers(1, 30))
def test_doing_more_closes_nothing(standing, one_more):
    outline, done, _last = standing
    open_before, open_after = (
        {step.pk for step in outline.steps if why_locked(outline, step, enrolled=True, done=some) is None}
        for some in (done, done | {one_more})
    )
    assert open_before - open_after == set()


@given(standings())
def test_a_lock_leads_to_a_step_that_can_be_opened_now(standing):
    outline, done, _last = standing
    by_url = {step.url: step for step in outline.steps}
    for step in outline.steps:
        lock = why_locked(outline, step, enrolled=True, done=done)
        if lock:
            named = by_url[lock.url]
            assert (named.required, named.pk in done) == (True, False)
            assert why_locked(outline, named, enrolled=True, done=done) is None
