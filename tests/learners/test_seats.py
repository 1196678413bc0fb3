"""Seats, the waiting list, and what staff decide about an enrolment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from courses.outline import outline_by_pk
from learners import delivery, enrolment, pairs, relevance, seats
from learners.errors import CohortClosed, CohortFull, InAnotherCohort, NotEnrolled, NotPairable
from learners.models import Enrolment, EnrolmentChange, Letter, Pair, WaitingPlace
from tests.factories import courses
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person

LATER = NOW + timedelta(days=1)


@pytest.fixture
def cohort(track):
    """A cohort of two seats, one of which is taken by Ali."""
    made = make_cohort(track)
    made.seats = 2
    made.save()
    enrol(make_person("ali@example.org", first_name="Ali"), track, cohort=made)
    return made


@pytest.fixture
def manager(db):
    return make_person("samuel@example.org", is_staff=True)


def full(cohort):
    """The same cohort with both seats taken; the second by the row given."""
    return enrol(make_person("bea@example.org", first_name="Béa"), cohort.track, cohort=cohort)


def changes_of(row):
    return list(row.changes.values_list("kind", "before", "after", "reason", "changed_by__email"))


# ---------------------------------------------------------------- coming in


def test_the_last_seat_is_given_and_the_next_person_is_refused(cohort, track, learner):
    full(cohort)
    with pytest.raises(CohortFull):
        enrol(learner, track, cohort=cohort)
    assert not Enrolment.objects.filter(person=learner).exists()
    assert seats.left(cohort) == 0


def test_staff_and_people_who_withdrew_take_no_seat(cohort, track, manager, learner):
    enrol(manager, track, cohort=cohort)
    row = full(cohort)
    enrolment.withdraw(person=row.person, track_pk=track.pk, at=LATER)
    assert seats.left(cohort) == 1
    assert enrol(learner, track, cohort=cohort).cohort == cohort


def test_staff_come_into_a_full_cohort(cohort, track, manager):
    full(cohort)
    assert enrol(manager, track, cohort=cohort).cohort == cohort


def test_somebody_who_follows_alone_joins_with_the_same_enrolment(cohort, track, learner):
    alone = finish(enrol(learner, track), steps=1)
    joined = enrolment.enrol(
        person=learner, track_pk=track.pk, at=LATER, cohort=cohort, organisation="La Ruche", sector="association"
    )
    assert (joined.pk, joined.cohort, joined.organisation, joined.sector) == (
        alone.pk,
        cohort,
        "La Ruche",
        "association",
    )
    assert joined.completions.count() == 1


def test_somebody_of_another_cohort_is_refused_and_nothing_changes(cohort, track, learner):
    other = make_cohort(track, name="Hiver")
    enrol(learner, track, cohort=other)
    with pytest.raises(InAnotherCohort):
        enrol(learner, track, cohort=cohort)
    with pytest.raises(InAnotherCohort):
        seats.wait(person=learner, cohort=cohort, at=LATER)
    assert Enrolment.objects.get(person=learner).cohort == other


def test_a_cohort_of_another_track_is_refused(cohort, site, learner):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    with pytest.raises(NotEnrolled):
        enrol(learner, other, cohort=cohort)


def test_a_cohort_takes_people_until_its_last_day_where_they_live(cohort, track, learner):
    cohort.time_zone, cohort.joined_until = "Pacific/Noumea", date(2026, 11, 23)
    cohort.save()
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=ZoneInfo("Pacific/Noumea"))
    with pytest.raises(CohortClosed):
        enrol(learner, track, cohort=cohort, at=midnight)
    assert enrol(learner, track, cohort=cohort, at=midnight - timedelta(minutes=1)).cohort == cohort


def test_whoever_is_let_in_may_come_late_but_not_after_the_end(cohort, track, learner):
    cohort.joined_until, cohort.closes_on = date(2026, 11, 1), date(2026, 11, 23)
    cohort.save()
    with pytest.raises(CohortClosed):
        enrolment.enrol(person=learner, track_pk=track.pk, at=LATER, cohort=cohort, late=True)
    row = enrolment.enrol(person=learner, track_pk=track.pk, at=NOW, cohort=cohort, late=True)
    assert row.cohort == cohort


# ---------------------------------------------------------------- waiting


def test_waiting_twice_is_one_place(cohort, learner):
    full(cohort)
    first = seats.wait(person=learner, cohort=cohort, at=NOW)
    again = seats.wait(person=learner, cohort=cohort, at=LATER)
    assert (first.pk, again.asked_at) == (again.pk, NOW)
    seats.stop_waiting(person=learner, cohort=cohort, at=LATER)
    seats.stop_waiting(person=learner, cohort=cohort, at=LATER)
    assert WaitingPlace.objects.get().left_at == LATER


def test_who_asks_to_wait_while_a_seat_is_free_gets_it(cohort, learner):
    assert seats.wait(person=learner, cohort=cohort, at=NOW).given_at == NOW
    assert Enrolment.objects.get(person=learner).cohort == cohort


def test_what_was_said_when_asking_for_a_place_goes_to_the_enrolment(cohort, track, learner):
    row = full(cohort)
    known = make_person("w1@example.org")
    enrolment.enrol(person=known, track_pk=track.pk, at=NOW, organisation="Relais 59")
    seats.wait(person=learner, cohort=cohort, at=NOW, organisation="Mairie de Lens", sector="autre")
    seats.wait(person=learner, cohort=cohort, at=NOW, sector="collectivite")
    seats.wait(person=known, cohort=cohort, at=LATER, organisation="Autre nom", sector="association")
    enrolment.withdraw(person=row.person, track_pk=track.pk, at=LATER)
    assert enrolment_of(learner) == ("Mairie de Lens", "collectivite")
    cohort.seats = 3
    cohort.save()
    seats.open_up(cohort=cohort, at=LATER)
    assert enrolment_of(known) == ("Relais 59", "association")


def enrolment_of(person):
    """Whom this person comes from, in their cohort."""
    return Enrolment.objects.values_list("organisation", "sector").get(person=person, cohort__isnull=False)


def test_a_withdrawal_gives_the_seat_to_the_first_who_waits_and_tells_them(cohort, track, learner):
    row = full(cohort)
    first, second = (make_person(f"w{one}@example.org") for one in (1, 2))
    place = seats.wait(person=first, cohort=cohort, at=NOW)
    seats.wait(person=second, cohort=cohort, at=NOW)
    enrolment.withdraw(person=row.person, track_pk=track.pk, at=LATER)

    assert list(cohort.enrolments.active().order_by("pk").values_list("person__email", flat=True)) == [
        "ali@example.org",
        "w1@example.org",
    ]
    letter = Letter.objects.get(kind="seat")
    assert (letter.key, letter.person, letter.due_at) == (f"seat:{place.pk}", first, LATER)
    assert list(WaitingPlace.objects.waiting().values_list("person__email", flat=True)) == ["w2@example.org"]


def test_a_newcomer_does_not_pass_before_those_who_wait(cohort, track, learner):
    full(cohort)
    seats.wait(person=make_person("w1@example.org"), cohort=cohort, at=NOW)
    cohort.seats = 3
    cohort.save()
    with pytest.raises(CohortFull):
        enrol(learner, track, cohort=cohort)


def test_who_waits_and_finds_the_door_open_is_in(cohort, track, learner):
    full(cohort)
    seats.wait(person=learner, cohort=cohort, at=NOW)
    cohort.seats = 3
    cohort.save()
    row = enrol(learner, track, cohort=cohort, at=LATER)
    assert (row.cohort, WaitingPlace.objects.get().given_at) == (cohort, LATER)


def test_a_place_of_somebody_who_found_another_cohort_is_passed_over(cohort, track, learner):
    row = full(cohort)
    away = make_person("w1@example.org")
    seats.wait(person=away, cohort=cohort, at=NOW)
    seats.wait(person=learner, cohort=cohort, at=NOW)
    enrol(away, track, cohort=make_cohort(track, name="Hiver"))
    enrolment.withdraw(person=row.person, track_pk=track.pk, at=LATER)
    assert Enrolment.objects.get(person=learner).cohort == cohort
    assert WaitingPlace.objects.get(person=away).left_at == LATER


def test_a_seat_is_given_by_hand_out_of_turn(cohort, learner):
    row = full(cohort)
    seats.wait(person=make_person("w1@example.org"), cohort=cohort, at=NOW)
    place = seats.wait(person=learner, cohort=cohort, at=NOW)
    with pytest.raises(CohortFull):
        seats.give_to(place_pk=place.pk, at=LATER)
    Enrolment.objects.filter(pk=row.pk).update(withdrawn_at=NOW)
    assert seats.give_to(place_pk=place.pk, at=LATER).given_at == LATER
    assert seats.give_to(place_pk=place.pk, at=LATER).given_at == LATER
    assert Letter.objects.filter(kind="seat").count() == 1


def test_new_seats_go_to_those_who_wait(cohort, learner):
    full(cohort)
    seats.wait(person=learner, cohort=cohort, at=NOW)
    cohort.seats = None
    cohort.save()
    seats.open_up(cohort=cohort, at=LATER)
    assert Enrolment.objects.get(person=learner).cohort == cohort


# ---------------------------------------------------------------- letters


def test_who_gets_a_seat_reads_which_cohort_and_where_to_go(cohort, track, learner):
    seats.wait(person=learner, cohort=cohort, at=NOW)
    composed, _ = delivery.compose(Letter.objects.get(kind="seat"), now=NOW)
    assert "Automne" in composed.subject
    assert outline_by_pk(track.pk).steps[0].url in composed.text
    assert "Automne" in composed.html


def test_whom_others_put_on_the_list_is_told_once_and_not_after_leaving(cohort, learner):
    full(cohort)
    for _ in range(2):
        seats.wait(person=learner, cohort=cohort, at=NOW, tell=True)
    letter = Letter.objects.get(kind="seat")
    composed, _ = delivery.compose(letter, now=NOW)
    assert relevance.why_drop(letter, now=NOW) == ""
    assert "liste d’attente" in composed.text
    seats.stop_waiting(person=learner, cohort=cohort, at=LATER)
    assert relevance.why_drop(letter, now=NOW) == "la personne n’attend plus de place"


# ---------------------------------------------------------------- what staff decide


def test_somebody_is_moved_with_author_and_reason_and_leaves_the_seat_to_who_waits(cohort, track, manager, learner):
    row = full(cohort)
    seats.wait(person=learner, cohort=cohort, at=NOW)
    target = make_cohort(track, name="Hiver")
    for _ in range(2):
        moved = enrolment.move(enrolment=row, cohort=target, by=manager, at=LATER, reason="Déménagement")
    assert moved.cohort == target
    assert changes_of(row) == [("moved", "Automne", "Hiver", "Déménagement", "samuel@example.org")]
    assert Enrolment.objects.get(person=learner).cohort == cohort


def test_nobody_is_moved_into_a_full_cohort_another_track_or_the_past(cohort, track, site, manager, learner):
    full(cohort)
    row = enrol(learner, track, cohort=make_cohort(track, name="Hiver"))
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    past = make_cohort(track, name="Printemps")
    past.closes_on = date(2026, 11, 2)
    past.save()
    for target, refusal in (
        (cohort, CohortFull),
        (make_cohort(other, name="Décideurs"), NotEnrolled),
        (past, CohortClosed),
    ):
        with pytest.raises(refusal):
            enrolment.move(enrolment=row, cohort=target, by=manager, at=LATER, reason="Essai")
    assert changes_of(row) == []


def test_somebody_is_withdrawn_and_brought_back_with_author_and_reason(cohort, manager):
    row = full(cohort)
    for _ in range(2):
        enrolment.withdraw_by(enrolment=row, by=manager, at=LATER, reason="Congé")
    for _ in range(2):
        enrolment.restore_by(enrolment=row, by=manager, at=LATER, reason="De retour")
    assert changes_of(row) == [
        ("restored", "", "Automne", "De retour", "samuel@example.org"),
        ("withdrawn", "Automne", "", "Congé", "samuel@example.org"),
    ]


def test_nobody_comes_back_to_a_full_cohort(cohort, track, manager, learner):
    row = full(cohort)
    enrolment.withdraw(person=row.person, track_pk=track.pk, at=NOW)
    enrol(learner, track, cohort=cohort)
    with pytest.raises(CohortFull):
        enrolment.restore_by(enrolment=row, by=manager, at=LATER, reason="De retour")
    with pytest.raises(CohortFull):
        enrol(row.person, track, at=LATER)
    row.refresh_from_db()
    assert row.withdrawn_at == NOW


def test_the_details_of_somebody_are_kept_with_what_they_were(cohort, manager):
    row = full(cohort)
    for organisation in ("Mairie de Lens", "Mairie de Liévin", "Mairie de Liévin"):
        enrolment.describe(enrolment=row, organisation=organisation, sector="collectivite", by=manager, at=LATER)
    assert [(before, after) for _, before, after, *_ in changes_of(row)] == [
        ("Mairie de Lens, Collectivité", "Mairie de Liévin, Collectivité"),
        ("", "Mairie de Lens, Collectivité"),
    ]


# ---------------------------------------------------------------- pairs


def test_two_people_of_a_cohort_are_a_pair_until_they_are_parted(cohort, manager):
    ali, bea = Enrolment.objects.get(), full(cohort)
    made = pairs.pair(first=ali, second=bea, by=manager, at=NOW)
    assert pairs.pair(first=bea, second=ali, by=manager, at=LATER) == made
    assert set(made.members.all()) == {ali, bea}
    for _ in range(2):
        pairs.unpair(pair=made, by=manager, at=LATER)
    assert not Pair.objects.exists()
    assert EnrolmentChange.objects.filter(kind="paired").count() == 4


def test_a_pair_is_two_people_of_one_cohort_who_have_no_other(cohort, track, manager, learner):
    ali, bea = Enrolment.objects.get(), full(cohort)
    cohort.seats = 3
    cohort.save()
    third = enrol(learner, track, cohort=cohort)
    stranger = enrol(make_person("x@example.org"), track)
    pairs.pair(first=ali, second=bea, by=manager, at=NOW)
    for first, second in ((third, third), (third, stranger), (third, ali)):
        with pytest.raises(NotPairable):
            pairs.pair(first=first, second=second, by=manager, at=NOW)


def test_who_leaves_a_cohort_leaves_the_pair(cohort, track, manager):
    ali, bea = Enrolment.objects.get(), full(cohort)
    pairs.pair(first=ali, second=bea, by=manager, at=NOW)
    enrolment.withdraw(person=bea.person, track_pk=track.pk, at=LATER)
    ali.refresh_from_db()
    assert (ali.pair, Pair.objects.count()) == (None, 0)
