"""What a person may change about themselves."""


def rename(person, *, first_name, last_name):
    """Set the name that the next attestations bear; those already issued keep theirs."""
    person.first_name = first_name
    person.last_name = last_name
    person.save(update_fields=["first_name", "last_name"])
