"""May this person see that? Named predicates, asked by every screen."""


def may_see_cohort(person, cohort):
    """Whether this person may see the board and the people of this cohort."""
    return person.is_authenticated and (person.is_superuser or cohort.leads.filter(person=person).exists())


def may_see_attempt(person, attempt):
    """Whether this person may read or continue this attempt: its owner, and nobody else."""
    return attempt.enrolment.person_id == person.pk
