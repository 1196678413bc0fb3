"""Who fell silent gets one letter per silence. The authors of the track advise to write after eight days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.outline import outline_by_pk
from learners import delivery, progress, reminders, rule_book, subscriptions
from learners import enrolment as enrolments
from learners.errors import UnfitMessage
from learners.models import CohortSession, Letter, ReminderRule
from learners.rule_book import Held
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

DAYS = timedelta(days=1)
SILENT = NOW + 9 * DAYS


def written():
    """The reminders that were ever written, by address and hour."""
    return list(Letter.objects.filter(kind="reminder").order_by("pk").values_list("address", "due_at"))


@pytest.fixture
def inactive(track, outline):
    """The rule of silence of the track, alone in service."""
    return only(track, "inactive", 8)


def only(track, kind, delay, **fields):
    """The only rule of this track, in service for a month."""
    ReminderRule.objects.filter(track=track).delete()
    return ReminderRule.objects.create(
        **{"track": track, "kind": kind, "delay": delay, "on_since": NOW - 30 * DAYS, **fields}
    )


def found(rule, *, now, until=None):
    """Whom a rule concerns: (first name or address, from when on) pairs."""
    outline = outline_by_pk(rule.track_id)
    return [(one.enrolment.person.email, one.at) for one in reminders.due(Held(rule), outline, now=now, until=until)]


@pytest.mark.parametrize(
    ("silence", "due"),
    [
        pytest.param(timedelta(0), False, id="just active"),
        pytest.param(8 * DAYS - timedelta(seconds=1), False, id="a second early"),
        pytest.param(8 * DAYS, True, id="eight days to the second"),
        pytest.param(400 * DAYS, True, id="after nights that the clock missed"),
    ],
)
def test_a_learner_is_due_once_silent_for_as_long_as_the_rule_says(enrolment, inactive, silence, due):
    assert found(inactive, now=NOW + silence) == ([("nadia@example.org", NOW + 8 * DAYS)] if due else [])


def test_silence_counts_from_the_last_activity(enrolment, inactive):
    learners.finish(enrolment, steps=1, at=NOW + 5 * DAYS)
    assert found(inactive, now=NOW + 12 * DAYS) == []
    assert found(inactive, now=NOW + 14 * DAYS) == [("nadia@example.org", NOW + 13 * DAYS)]


def test_silence_does_not_count_before_the_cohort_opens(track, inactive):
    cohort = learners.make_cohort(track, opens_on=(NOW + 10 * DAYS).date())
    enrol(learners.make_person(), track, cohort=cohort)
    assert found(inactive, now=NOW + 17 * DAYS) == []
    assert [at for _, at in found(inactive, now=NOW + 18 * DAYS)] == [datetime(2026, 12, 10, 23, tzinfo=UTC)]


def test_a_rule_that_is_switched_on_leaves_long_silences_in_peace(enrolment, track):
    late = only(track, "inactive", 8, on_since=NOW + 60 * DAYS)
    assert found(late, now=NOW + 60 * DAYS) == []
    recent = only(track, "inactive", 8, on_since=NOW + 20 * DAYS)
    assert len(found(recent, now=NOW + 60 * DAYS)) == 1


def test_the_letter_is_due_at_once_and_its_key_names_the_silence(enrolment):
    assert reminders.write_due(now=SILENT) == 1
    assert Letter.objects.filter(kind="reminder").values_list(
        "key", "person_id", "enrolment_id", "address", "due_at"
    ).get() == (
        f"reminder:{enrolment.pk}:20261123090000",
        enrolment.person_id,
        enrolment.pk,
        "nadia@example.org",
        SILENT,
    )


def test_sweeping_twice_writes_one_letter(enrolment):
    assert (reminders.write_due(now=SILENT), reminders.write_due(now=SILENT)) == (1, 0)
    assert written() == [("nadia@example.org", SILENT)]


def test_two_clocks_that_read_before_they_write_write_one_letter(enrolment, inactive, outline):
    """Both found her due before either wrote: the second meets the row of the first."""
    late = list(reminders.due(Held(inactive), outline, now=SILENT))
    reminders.write_due(now=SILENT)
    assert [reminders.write(one, at=SILENT + DAYS)[1] for one in late] == [False]
    assert written() == [("nadia@example.org", SILENT)]


def test_a_long_silence_gets_one_letter_however_often_the_clock_looks(enrolment):
    for day in range(9, 60):
        reminders.write_due(now=NOW + day * DAYS)
    assert written() == [("nadia@example.org", SILENT)]


def test_a_long_silence_gets_one_letter_when_it_was_sent_in_between(enrolment):
    reminders.write_due(now=SILENT)
    assert delivery.send(Letter.objects.get(kind="reminder").pk, now=SILENT) == "sent"
    assert reminders.write_due(now=SILENT + 30 * DAYS) == 0


def test_who_comes_back_and_falls_silent_again_gets_a_second_letter(enrolment, outline):
    reminders.write_due(now=SILENT)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.first.pk, at=NOW + 12 * DAYS)
    assert reminders.write_due(now=NOW + 15 * DAYS) == 0
    assert reminders.write_due(now=NOW + 21 * DAYS) == 1
    assert written() == [("nadia@example.org", SILENT), ("nadia@example.org", NOW + 21 * DAYS)]


def test_who_comes_back_while_the_server_refuses_the_letter_is_reminded_of_the_next_silence(
    enrolment, outline, postbox
):
    reminders.write_due(now=SILENT)
    postbox.at_data = "451 Later"
    letter = Letter.objects.get(kind="reminder")
    assert delivery.send(letter.pk, now=SILENT) == "refused"
    back = SILENT + timedelta(seconds=10)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.first.pk, at=back)
    assert delivery.send(letter.pk, now=SILENT + timedelta(seconds=31)) == "dropped"
    assert reminders.write_due(now=back + 9 * DAYS) == 1


def test_every_silent_learner_of_every_track_is_written_to(enrolment, site):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)], reminder_after_days=3)
    enrol(learners.make_person("tom@example.org"), enrolment.track)
    enrol(learners.make_person("lea@example.org"), other, at=NOW + 5 * DAYS)
    enrol(learners.make_person("zoe@example.org"), other, at=NOW + 8 * DAYS)
    assert reminders.write_due(now=SILENT) == 3
    assert {address for address, _ in written()} == {"nadia@example.org", "tom@example.org", "lea@example.org"}


def test_a_person_silent_in_two_tracks_is_reminded_of_each(enrolment, site):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    second = enrol(enrolment.person, other)
    reminders.write_due(now=SILENT)
    assert set(Letter.objects.filter(kind="reminder").values_list("enrolment_id", flat=True)) == {
        enrolment.pk,
        second.pk,
    }


# ------------------------------------------------------------ who is left alone


def finish(enrolment):
    learners.finish(enrolment)


def withdraw(enrolment):
    enrolments.withdraw(person=enrolment.person, track_pk=enrolment.track_id, at=NOW)


def close_the_account(enrolment):
    enrolment.person.is_active = False
    enrolment.person.save()


def opt_out(enrolment):
    subscriptions.opt_out(person_pk=enrolment.person_id, kind="reminder", at=NOW)


def never_remind(enrolment):
    enrolment.track.reminder_after_days = 0
    courses.publish(enrolment.track)


def unpublish_the_track(enrolment):
    enrolment.track.unpublish()


def unpublish_every_step(enrolment):
    for module in enrolment.track.get_children().specific():
        module.unpublish()


@pytest.mark.parametrize(
    "change", [finish, withdraw, close_the_account, opt_out, never_remind, unpublish_the_track, unpublish_every_step]
)
def test_nobody_is_reminded_of_what_they_cannot_or_will_not_do(enrolment, change):
    change(enrolment)
    assert reminders.write_due(now=SILENT) == 0
    assert written() == []


def test_refusing_reminders_holds_for_one_person_only(enrolment):
    enrol(learners.make_person("tom@example.org"), enrolment.track)
    opt_out(enrolment)
    assert reminders.write_due(now=SILENT) == 1
    assert written() == [("tom@example.org", SILENT)]


def test_refusing_reminders_holds_for_every_track_of_today_and_tomorrow(enrolment, site):
    opt_out(enrolment)
    enrol(enrolment.person, courses.make_track(site, slug="decideurs", modules=[(1, False)]))
    assert reminders.write_due(now=SILENT) == 0


def test_who_accepts_reminders_again_gets_them_again(enrolment):
    opt_out(enrolment)
    assert reminders.write_due(now=SILENT) == 0
    subscriptions.opt_in(person_pk=enrolment.person_id, kind="reminder")
    assert reminders.write_due(now=SILENT) == 1


def test_who_withdrew_and_came_back_is_reminded_of_the_silence_after_the_return(enrolment):
    withdraw(enrolment)
    enrol(enrolment.person, enrolment.track, at=NOW + 20 * DAYS)
    assert reminders.write_due(now=NOW + 25 * DAYS) == 0
    assert reminders.write_due(now=NOW + 29 * DAYS) == 1


# ------------------------------------------------------------ the other rules


def test_who_never_began_is_not_who_stopped(enrolment, track):
    rule = only(track, "not_started", 3)
    somebody = learners.finish(enrol(learners.make_person("tom@example.org"), track), steps=1)
    assert somebody.last_activity_at == NOW
    assert found(rule, now=NOW + 4 * DAYS) == [("nadia@example.org", NOW + 3 * DAYS)]


@pytest.mark.parametrize(
    ("active_on", "asked_on", "due"),
    [(5, 10, True), (5, 9, False), (5, 13, True), (5, 14, False), (8, 12, False), (None, 12, False)],
)
def test_who_did_nothing_in_the_second_week_is_told_in_its_course(enrolment, track, active_on, asked_on, due):
    """Who never began has another rule, and a word about the second week says nothing after it."""
    rule = only(track, "week_two", 10)
    for day in (1, active_on) if active_on else ():
        learners.finish(enrolment, steps=1 if day == 1 else 2, at=NOW + day * DAYS)
    assert bool(found(rule, now=NOW + asked_on * DAYS)) is due


def test_who_has_one_step_left_is_told_sooner(enrolment, track):
    rule = only(track, "last_step", 4)
    learners.finish(enrolment, steps=2)
    assert found(rule, now=NOW + 5 * DAYS) == []
    learners.finish(enrolment, steps=3, at=NOW + DAYS)
    assert found(rule, now=NOW + 6 * DAYS) == [("nadia@example.org", NOW + 5 * DAYS)]


@pytest.fixture
def cohort(track, enrolment):
    """The cohort of the learner, in Paris, which ends on Friday 18 December."""
    cohort = learners.make_cohort(track)
    cohort.closes_on = date(2026, 12, 18)
    cohort.save()
    enrolment.cohort = cohort
    enrolment.save()
    return cohort


def test_a_cohort_that_closes_is_told_two_days_before_its_last_minute(cohort, track):
    rule = only(track, "closing", 2)
    assert found(rule, now=datetime(2026, 12, 16, 22, tzinfo=UTC)) == []
    at = datetime(2026, 12, 16, 23, tzinfo=UTC)  # midnight in Paris: the 17th and the 18th are left
    assert found(rule, now=at) == [("nadia@example.org", at)]
    reminders.write_due(now=at)
    assert found(rule, now=at + DAYS) == []
    cohort.closes_on = date(2026, 12, 22)
    cohort.save()
    # Put off: it is another end, and the Saturday comes before the Sunday.
    assert found(rule, now=datetime(2026, 12, 21, 12, tzinfo=UTC)) != []
    assert found(rule, now=datetime(2026, 12, 23, 12, tzinfo=UTC)) == []


def test_who_has_finished_is_not_told_that_the_cohort_closes(cohort, track, enrolment):
    learners.finish(enrolment)
    assert found(only(track, "closing", 2), now=datetime(2026, 12, 17, 12, tzinfo=UTC)) == []


@pytest.fixture
def session(cohort, track):
    """A session of the cohort, on Monday 14 December at six in the evening in Paris."""
    step = courses.make_lesson(
        track.get_children().last(), title="Séance d’essai", completion="attended", required=False
    )
    return CohortSession.objects.create(cohort=cohort, step=step, starts_at=datetime(2026, 12, 14, 17, tzinfo=UTC))


def test_a_session_is_told_at_its_own_hour_before_the_days_of_rest(session, track, enrolment):
    """The day before is a Sunday: it is said on the Saturday."""
    rule = only(track, "session", 1)
    saturday = datetime(2026, 12, 12, 17, tzinfo=UTC)
    assert found(rule, now=saturday - timedelta(minutes=1)) == []
    assert found(rule, now=saturday) == [("nadia@example.org", saturday)]
    enrol(learners.make_person("seule@example.org"), track)  # of no cohort
    reminders.write_due(now=saturday)
    letter = Letter.objects.get(kind="reminder")
    assert found(rule, now=saturday) == []
    assert delivery.send(letter.pk, now=saturday) == "sent"
    letter.refresh_from_db()
    assert letter.subject == "Séance d’essai\u00a0: lundi 14\u00a0décembre 2026 à 18\u00a0h"
    assert "/seance-dessai/" in letter.text


def test_a_session_that_moves_is_told_again_and_its_old_letter_is_dropped(session, track, enrolment):
    rule = only(track, "session", 1)
    reminders.write_due(now=datetime(2026, 12, 12, 18, tzinfo=UTC))
    old = Letter.objects.get(kind="reminder")
    session.starts_at += 2 * DAYS
    session.save()
    assert delivery.send(old.pk, now=datetime(2026, 12, 12, 18, tzinfo=UTC)) == "dropped"
    assert Letter.objects.get(pk=old.pk).dropped_reason == "la séance a changé de date"
    assert found(rule, now=datetime(2026, 12, 15, 17, tzinfo=UTC)) != []


def test_an_appointment_is_told_to_who_got_two_reminders_this_week(session, track, enrolment):
    rule = only(track, "session", 1)
    now = datetime(2026, 12, 12, 18, tzinfo=UTC)
    for number in (1, 2):
        Letter.objects.create(
            kind="reminder", person=enrolment.person, enrolment=enrolment, key=f"x{number}", due_at=now, sent_at=now
        )
    reminders.write_due(now=now)
    assert delivery.send(Letter.objects.get(rule=rule).pk, now=now) == "sent"


def test_who_finished_hears_from_us_months_later_once(enrolment, track):
    rule = only(track, "later", 3)
    learners.finish(enrolment, at=NOW)
    at = datetime(2027, 2, 23, 9, tzinfo=UTC)
    assert found(rule, now=at - timedelta(minutes=1)) == []
    assert found(rule, now=at) == [("nadia@example.org", at)]
    reminders.write_due(now=at)
    assert found(rule, now=at + DAYS) == []
    assert found(rule, now=at + 31 * DAYS) == []


def test_a_silence_belongs_to_the_first_rule_that_speaks_of_it(enrolment, track):
    only(track, "not_started", 3)
    ReminderRule.objects.create(track=track, kind="inactive", delay=8, place=1, on_since=NOW)
    for day in range(40):
        reminders.write_due(now=NOW + day * DAYS)
    assert written() == [("nadia@example.org", NOW + 3 * DAYS)]


def test_the_first_of_two_rules_that_hold_together_speaks(enrolment, track):
    only(track, "not_started", 3, place=1)
    ReminderRule.objects.create(track=track, kind="inactive", delay=3, place=0, on_since=NOW)
    reminders.write_due(now=NOW + 5 * DAYS)
    assert Letter.objects.get(kind="reminder").rule.kind == "inactive"


def test_a_rule_speaks_as_often_as_it_says_and_as_far_apart(enrolment, track):
    only(track, "inactive", 8, times=3, every=5)
    for day in range(60):
        reminders.write_due(now=NOW + day * DAYS)
    assert [(at - NOW).days for _, at in written()] == [8, 13, 18]


def test_a_cohort_has_its_own_rules_instead_of_those_of_the_track(cohort, track, enrolment):
    shared = only(track, "inactive", 8)
    enrol(learners.make_person("seule@example.org"), track)
    own = rule_book.keep(rule=shared, cohort=cohort, on=True, at=NOW, delay=20)
    assert (own.pk != shared.pk, own.cohort, own.delay) == (True, cohort, 20)
    reminders.write_due(now=NOW + 9 * DAYS)
    assert [address for address, _ in written()] == ["seule@example.org"]
    reminders.write_due(now=NOW + 21 * DAYS)
    assert [address for address, _ in written()] == ["seule@example.org", "nadia@example.org"]
    rule_book.as_track(cohort=cohort, kind="inactive")
    assert [one.rule for one in rule_book.held_for(cohort)] == [shared]


def test_a_cohort_may_do_without_a_rule_of_the_track(cohort, track, enrolment):
    shared = only(track, "inactive", 8)
    rule_book.keep(rule=shared, cohort=cohort, on=False, at=NOW)
    assert rule_book.held_for(cohort) == []
    assert reminders.write_due(now=SILENT) == 0


def test_a_reminder_whose_rule_was_switched_off_is_dropped(enrolment, track):
    rule = only(track, "inactive", 8)
    reminders.write_due(now=SILENT)
    rule_book.keep(rule=rule, cohort=None, on=False, at=SILENT)
    letter = Letter.objects.get(kind="reminder")
    assert delivery.send(letter.pk, now=SILENT) == "dropped"
    assert Letter.objects.get(pk=letter.pk).dropped_reason == "ce rappel a été désactivé"


def test_a_rule_has_words_of_its_own_whose_places_are_filled(enrolment, track):
    rule = only(track, "inactive", 8)
    words = {"subject": "Et si on reprenait, {prénom} ?", "text": "{jours} déjà. Il reste {étapes restantes} :\n{lien}"}
    rule_book.keep(rule=rule, cohort=None, on=True, at=NOW, **words)
    reminders.write_due(now=SILENT)
    letter = Letter.objects.get(kind="reminder")
    delivery.send(letter.pk, now=SILENT)
    letter.refresh_from_db()
    assert letter.subject == "Et si on reprenait, Nadia\u202f?"
    assert "9\u00a0jours déjà. Il reste 4\u00a0étapes\u00a0:" in letter.text


@pytest.mark.parametrize("text", ["{prenom} {nom}", "{séance}", "{", "{lien"])
def test_words_with_a_place_that_nothing_would_fill_are_refused(enrolment, track, text):
    rule = only(track, "inactive", 8)
    with pytest.raises(UnfitMessage, match="ne sera pas remplacé"):
        rule_book.keep(rule=rule, cohort=None, on=True, at=NOW, subject="Bonjour", text=text)


# ------------------------------------------------------------ advised rules


@pytest.mark.parametrize(
    ("audience", "advised"),
    [
        ("jeunes", ["last_step 4", "not_started 3", "week_two 10", "inactive 8"]),
        ("catalyseurs", ["session 7", "session 1", "inactive 8", "later 3"]),
        ("chefs-de-projet", ["session 5", "session 1", "closing 2", "inactive 8", "later 6", "reviews 7"]),
        ("decideurs", ["session 1", "inactive 8", "later 1"]),
    ],
)
def test_a_new_track_has_the_rules_advised_for_its_public(site, audience, advised):
    track = courses.make_track(site, slug=f"piste-{audience}", audience=audience)
    for _ in range(2):
        rule_book.ensure([outline_by_pk(track.pk)], at=NOW)
    rows = ReminderRule.objects.filter(track=track).order_by("place", "pk")
    assert [f"{one.kind} {one.delay}" for one in rows] == advised
    assert {one.on_since for one in rows} == {NOW}


def test_a_track_whose_authors_want_no_reminder_has_its_rules_switched_off(site):
    track = courses.make_track(site, slug="calme", reminder_after_days=0)
    rule_book.ensure([outline_by_pk(track.pk)], at=NOW)
    assert set(ReminderRule.objects.filter(track=track).values_list("on_since", flat=True)) == {None}


# ------------------------------------------------------------ clocks that change


@pytest.mark.parametrize(
    ("begun", "due"),
    [
        # Ten in the morning in Paris before each change, ten in the morning after it.
        (datetime(2027, 3, 24, 9, tzinfo=UTC), datetime(2027, 4, 1, 8, tzinfo=UTC)),
        (datetime(2027, 10, 27, 8, tzinfo=UTC), datetime(2027, 11, 4, 9, tzinfo=UTC)),
    ],
)
def test_eight_days_later_is_the_same_hour_on_the_wall_when_clocks_change(track, begun, due):
    rule = only(track, "inactive", 8, on_since=begun)
    enrol(learners.make_person(), track, at=begun)
    assert found(rule, now=due - timedelta(seconds=1)) == []
    assert found(rule, now=due) == [("lea@example.org", due)]


def test_overseas_the_hour_does_not_move_with_that_of_paris(track):
    begun = datetime(2027, 3, 24, 9, tzinfo=UTC)
    rule = only(track, "inactive", 8, on_since=begun)
    cohort = learners.make_cohort(track)
    cohort.time_zone = "Indian/Reunion"
    cohort.save()
    enrol(learners.make_person(), track, at=begun, cohort=cohort)
    assert found(rule, now=begun + 8 * DAYS) == [("lea@example.org", begun + 8 * DAYS)]


@pytest.mark.parametrize("starts_at", [datetime(2027, 3, 29, 16, tzinfo=UTC), datetime(2027, 11, 1, 17, tzinfo=UTC)])
def test_the_day_before_a_session_is_the_same_hour_on_the_wall(cohort, session, track, starts_at, settings):
    """Six in the evening on the day after each change; the day before, six in the evening too."""
    settings.LETTERS_EVERY_DAY = True
    rule = only(track, "session", 1)
    session.starts_at = starts_at
    session.save()
    ((_, at),) = found(rule, now=starts_at - timedelta(hours=2))
    assert at.astimezone(cohort.zone).hour == starts_at.astimezone(cohort.zone).hour == 18
    assert at.astimezone(cohort.zone).date() == starts_at.astimezone(cohort.zone).date() - DAYS


# ------------------------------------------------------------ what it costs

KINDS = [("inactive", 8), ("not_started", 3), ("week_two", 10), ("last_step", 4), ("closing", 2), ("session", 1)]


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(("kind", "delay"), [*KINDS, ("later", 1)])
def test_who_is_due_is_one_question_for_each_rule_whatever_the_number_of_learners(
    session, track, enrolment, people, kind, delay, django_assert_num_queries
):
    rule = only(track, kind, delay)
    for number in range(people - 1):
        enrol(learners.make_person(f"p{number}@example.org"), track, cohort=enrolment.cohort)
    if kind == "last_step":
        for row in track.enrolments.all():
            learners.finish(row, steps=3)
    if kind == "week_two":
        for row in track.enrolments.all():
            learners.finish(row, steps=1)
    if kind == "later":
        for row in track.enrolments.all():
            learners.finish(row, steps=4)
    nows = {
        "closing": datetime(2026, 12, 17, 12, tzinfo=UTC),
        "session": datetime(2026, 12, 13, 12, tzinfo=UTC),
        "later": datetime(2026, 12, 24, tzinfo=UTC),
    }
    now = nows.get(kind, NOW + 11 * DAYS)
    outline = outline_by_pk(track.pk)
    with django_assert_num_queries(1):
        rows = list(reminders.due(Held(rule), outline, now=now))
        assert [one.why != "" and one.enrolment.person.email != "" for one in rows] == [True] * people


@pytest.mark.parametrize("people", [1, 3])
def test_a_sweep_that_finds_nobody_asks_one_question_per_rule(track, site, people, django_assert_num_queries):
    courses.make_track(site, slug="decideurs", modules=[(1, False)])
    reminders.write_due(now=NOW)
    for number in range(people):
        enrol(learners.make_person(f"p{number}@example.org"), track)
    # The outlines, which tracks have rules, the rules, one for each of the four and three rules, the waiting reviews.
    with django_assert_num_queries(3 + 4 + 3 + 1):
        reminders.write_due(now=NOW)
