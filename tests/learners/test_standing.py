"""Where a learner stands: pure, a table of cases and properties. No database."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import Module, OtherTrack, Outline, Prerequisite, Step
from learners.standing import Lock, Progress, Record, next_step, progress_of, track_lock, why_locked
from tests.factories.learners import NOW


def make_outline(*modules, in_order=True, informal=False, rules=None, **of_track):
    """A track of these modules; each is a list of (primary key, whether it is required).

    ``rules`` gives the rules of modules by their number, ``of_track`` those of the track.
    """
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
                url="/m/",
                slug=str(position),
                summary="",
                number=position,
                steps=tuple(steps),
                **{"title": "M", **(rules or {}).get(position, {})},
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
        **of_track,
    )


def having(done):
    """What the rows say of who completed these steps."""
    return Record(done=dict.fromkeys(done))


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
    assert why_locked(outline, outline.by_pk[pk], record=having(done) if enrolled else None, now=NOW) == lock


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
    step = next_step(outline, record=having(done), now=NOW, last=last)
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
    step = next_step(outline, record=having(done), now=NOW, last=last)
    assert step is None or (
        step in outline.steps
        and step.pk not in done
        and why_locked(outline, step, record=having(done), now=NOW) is None
    )


@given(standings())
def test_there_is_a_next_step_as_long_as_one_is_not_done(standing):
    outline, done, last = standing
    assert (next_step(outline, record=having(done), now=NOW, last=last) is None) == (
        {step.pk for step in outline.steps} <= done
    )


@given(standings())
def test_following_the_next_step_finishes_the_track_without_a_detour(standing):
    outline, done, last = standing
    left = {step.pk for step in outline.steps} - done
    walked = []
    while step := next_step(outline, record=having(done), now=NOW, last=last):
        walked.append(step.pk)
        done, last = done | {step.pk}, step.pk
    assert (sorted(walked), progress_of(outline, done).complete) == (sorted(left), outline.required != ())


@given(standings(), st.integers(1, 30))
def test_doing_more_closes_nothing(standing, one_more):
    outline, done, _last = standing
    open_before, open_after = (
        {step.pk for step in outline.steps if why_locked(outline, step, record=having(some), now=NOW) is None}
        for some in (done, done | {one_more})
    )
    assert open_before - open_after == set()


@given(standings())
def test_a_lock_leads_to_a_step_that_can_be_opened_now(standing):
    outline, done, _last = standing
    by_url = {step.url: step for step in outline.steps}
    for step in outline.steps:
        lock = why_locked(outline, step, record=having(done), now=NOW)
        if lock:
            named = by_url[lock.url]
            assert (named.required, named.pk in done) == (True, False)
            assert why_locked(outline, named, record=having(done), now=NOW) is None


# ---------------------------------------------------------------- rules of modules, days, exceptions

TODAY = NOW.date()
DAY = timedelta(days=1)
STEPS = [(11, True), (12, True)], [(21, True), (22, True)], [(31, True)]
LATER = TODAY + 5 * DAY  # the 28th of November 2026


def reason(outline, pk, *, now=NOW, done=(), **facts):
    """Why this step is closed to who completed those steps; None when it is open."""
    scores = done if isinstance(done, dict) else dict.fromkeys(done)
    lock = why_locked(outline, outline.by_pk[pk], record=Record(done=scores, **facts), now=now)
    return lock and " ".join(lock.reason.split())


def with_rules(number=2, *, in_order=False, informal=False, **rules):
    """A free track whose module of that number has these rules."""
    return make_outline(*STEPS, in_order=in_order, informal=informal, rules={number: rules})


def test_a_module_opens_on_its_day():
    outline = with_rules(opens_on=LATER)
    assert reason(outline, 21) == "Le module « M » ouvre le 28 novembre 2026."
    assert reason(outline, 21, now=NOW + 5 * DAY) is None
    assert reason(outline, 31) is None


def test_the_day_of_a_cohort_comes_before_that_of_the_author():
    outline = with_rules(opens_on=LATER)
    assert reason(outline, 21, openings={2: TODAY}) is None
    assert reason(with_rules(opens_on=TODAY), 21, openings={2: LATER}) == "Le module « M » ouvre le 28 novembre 2026."


@pytest.mark.parametrize(
    ("facts", "opens"),
    [
        ({"enrolled_on": TODAY - 6 * DAY}, "24 novembre 2026"),
        ({"enrolled_on": TODAY - 60 * DAY, "begins_on": TODAY}, "30 novembre 2026"),
        ({"enrolled_on": TODAY - 60 * DAY}, None),
    ],
    ids=["from the enrolment", "from the start of the cohort", "the delay is over"],
)
def test_a_module_opens_after_a_delay(facts, opens):
    expected = opens and f"Le module « M » ouvre le {opens}."
    assert reason(with_rules(opens_after_days=7), 21, **facts) == expected


def test_a_day_begins_at_midnight_where_the_cohort_lives():
    outline, evening = with_rules(opens_on=TODAY + DAY), NOW.replace(hour=20)  # 23:59 in Paris comes three hours later
    reunion, tahiti = ZoneInfo("Indian/Reunion"), ZoneInfo("Pacific/Tahiti")
    assert reason(outline, 21, now=evening, zone=reunion) is None
    assert reason(outline, 21, now=evening) is not None
    assert reason(outline, 21, now=evening + timedelta(hours=4)) is None
    assert reason(outline, 21, now=evening + timedelta(hours=4), zone=tahiti) is not None


def test_a_cohort_that_has_not_begun_opens_the_first_step_only():
    outline = make_outline(*STEPS, in_order=False)
    assert reason(outline, 11, begins_on=LATER) is None
    assert reason(outline, 12, begins_on=LATER) == "Votre cohorte commence le 28 novembre 2026."
    assert (
        reason(make_outline(*STEPS, informal=True), 12, begins_on=LATER) == "Ta cohorte commence le 28 novembre 2026."
    )
    assert reason(outline, 12, begins_on=TODAY) is None


@pytest.mark.parametrize(
    ("rules", "facts", "opens"),
    [
        ({"opens_on": LATER}, {}, "28 novembre 2026"),
        ({"opens_on": TODAY}, {}, None),
        ({"opens_on": LATER}, {"begins_on": TODAY}, None),
        ({"opens_after_days": 7}, {"enrolled_on": TODAY - 6 * DAY}, "24 novembre 2026"),
        ({"opens_after_days": 7}, {"enrolled_on": TODAY - 60 * DAY, "begins_on": TODAY}, "30 novembre 2026"),
        ({"opens_after_days": 7}, {"enrolled_on": TODAY - 7 * DAY}, None),
    ],
    ids=[
        "on its day",
        "its day came",
        "the cohort has its own day",
        "after the enrolment",
        "after the start of the cohort",
        "the delay is over",
    ],
)
def test_a_whole_track_opens_on_a_day_or_after_a_delay_but_its_first_step(rules, facts, opens):
    outline = make_outline(*STEPS, in_order=False, **rules)
    expected = opens and f"Ce parcours ouvre le {opens}."
    assert [reason(outline, pk, **facts) for pk in (11, 12, 31)] == [None, expected, expected]


def test_a_track_waits_for_another_one_and_links_to_it():
    outline = make_outline(*STEPS, in_order=False, follows=OtherTrack(7, "Catalyseurs", "/parcours/c/"))
    lock = why_locked(outline, outline.by_pk[12], record=Record(), now=NOW)
    assert lock == Lock(
        "Ce parcours s’ouvre quand le parcours « Catalyseurs » est terminé.",
        "/parcours/c/",
        "Voir le parcours Catalyseurs",
    )
    assert track_lock(outline, record=None, now=NOW) == lock
    assert reason(outline, 12, finished=frozenset({7})) is None
    assert track_lock(outline, record=Record(finished=frozenset({7})), now=NOW) is None


def test_an_exception_opens_a_module_of_a_track_that_is_closed():
    outline = make_outline(*STEPS, in_order=False, opens_on=LATER, follows=OtherTrack(7, "C", "/parcours/c/"))
    assert [reason(outline, pk, allowed=frozenset({3})) is None for pk in (12, 31)] == [False, True]


def test_a_module_waits_for_a_step_of_elsewhere():
    outline = with_rules(prerequisites=(Prerequisite(31),))
    assert reason(outline, 21) == "Ce module s’ouvre quand « Étape 31 » est terminée."
    assert reason(outline, 21, done=[31]) is None
    assert reason(outline, 11) is None


def test_a_module_waits_for_a_whole_module_and_names_what_is_left_of_it():
    outline = with_rules(3, prerequisites=(Prerequisite(2),))
    said = "Ce module s’ouvre quand le module « M » est terminé : il reste « Étape 22 »."
    assert reason(outline, 31, done=[21]) == said
    assert reason(outline, 31, done=[21, 22]) is None


def test_an_optional_module_is_finished_when_all_its_steps_are():
    outline = make_outline(
        [(11, True)], [(21, False)], [(31, True)], in_order=False, rules={3: {"prerequisites": (Prerequisite(2),)}}
    )
    assert reason(outline, 31) is not None
    assert reason(outline, 31, done=[21]) is None


def test_a_module_waits_for_a_score():
    outline = with_rules(prerequisites=(Prerequisite(12, 80),))
    assert reason(outline, 21, done={12: 79}) == "Ce module s’ouvre avec un score d’au moins 80 % à « Étape 12 »."
    assert reason(outline, 21, done={12: 80}) is None
    assert reason(outline, 21) == "Ce module s’ouvre quand « Étape 12 » est terminée."


def test_what_is_no_longer_there_asks_nothing():
    assert reason(with_rules(prerequisites=(Prerequisite(99),)), 21) is None


def test_a_free_module_of_a_track_in_order_opens_all_at_once_when_its_turn_comes():
    outline = with_rules(in_order=True, order="free")
    assert reason(outline, 22, done=[11]) == "Cette étape s’ouvre quand « Étape 12 » est terminée."
    assert reason(outline, 22, done=[11, 12]) is None
    assert reason(outline, 31, done=[11, 12, 22]) == "Cette étape s’ouvre quand « Étape 21 » est terminée."


def test_a_module_in_order_keeps_its_own_order_in_a_free_track():
    outline = with_rules(order="in_order")
    assert reason(outline, 21) is None
    assert reason(outline, 22) == "Cette étape s’ouvre quand « Étape 21 » est terminée."
    assert reason(outline, 31) is None


@pytest.mark.parametrize("allowed", [22, 2], ids=["the step", "its module"])
def test_an_exception_opens_whatever_the_rules_say(allowed):
    outline = with_rules(in_order=True, opens_on=LATER, prerequisites=(Prerequisite(31),))
    assert reason(outline, 22, begins_on=LATER, allowed=frozenset({allowed})) is None
    assert reason(outline, 31, begins_on=LATER, allowed=frozenset({allowed})) is not None


def test_what_was_done_stays_open_whatever_rules_come_later():
    outline = with_rules(in_order=True, opens_on=LATER, prerequisites=(Prerequisite(31, 100),))
    assert reason(outline, 22, done=[22]) is None


def test_nothing_to_go_on_with_until_a_day_comes():
    outline, record = with_rules(opens_on=LATER), Record(done=dict.fromkeys([11, 12, 31]))
    assert next_step(outline, record=record, now=NOW) is None
    assert next_step(outline, record=record, now=NOW + 5 * DAY).pk == 21
