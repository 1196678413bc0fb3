"""When a cohort meets for the steps that are done by being there. Reminders of a session follow its date."""

from learners.models import CohortSession


def dates_of(cohort):
    """The moment of each session of this cohort that has one, by the primary key of its step. One query."""
    return dict(CohortSession.objects.filter(cohort=cohort).values_list("step_id", "starts_at"))


def schedule(*, cohort, step_pk, starts_at):
    """Give this session its moment, or another: whoever was told of the former one is told again. Safe to repeat."""
    CohortSession.objects.update_or_create(cohort=cohort, step_id=step_pk, defaults={"starts_at": starts_at})


def unschedule(*, cohort, step_pk):
    """Take the moment of this session away: what was to be said of it is dropped. Safe to repeat."""
    CohortSession.objects.filter(cohort=cohort, step=step_pk).delete()
