import pytest

from learners.models import User


@pytest.mark.django_db
def test_an_address_is_found_however_it_is_capitalised():
    person = User.objects.create_user("Nadia@Example.org")
    assert User.objects.get_by_natural_key("nadia@example.ORG") == person


@pytest.mark.django_db
def test_a_person_without_a_password_cannot_sign_in():
    assert User.objects.create_user("nadia@example.org").has_usable_password() is False


@pytest.mark.django_db
def test_an_administrator_may_do_everything():
    person = User.objects.create_superuser("louise@example.org", "secret")
    assert (person.is_staff, person.is_superuser, person.check_password("secret")) == (True, True, True)


@pytest.mark.django_db
def test_a_learner_is_no_staff():
    person = User.objects.create_user("nadia@example.org", "secret")
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)


def test_a_person_is_called_by_their_name_or_by_their_address():
    assert str(User(email="nadia@example.org", first_name="Nadia", last_name="Benali")) == "Nadia Benali"
    assert str(User(email="nadia@example.org")) == "nadia@example.org"
