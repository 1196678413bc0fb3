"""User: a person, known by an e-mail address."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """A person who may sign in with this address; without a password, only after a reset."""
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **fields):
        """An administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        """Addresses are compared without regard to case."""
        return self.get(email__iexact=email)


class User(AbstractUser):  # type: ignore[django-manager-missing]  # Wagtail's managers carry no types
    """The login is the e-mail address, unique without regard to case."""

    username = None  # type: ignore[assignment]  # how Django's manual removes a field
    email = models.EmailField("adresse e-mail")
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # no username to ask for

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        constraints = [
            # Two spellings of one address are one person: attestations and letters depend on it.
            models.UniqueConstraint(
                Lower("email"), name="user_email_once", violation_error_message="Cette adresse est déjà utilisée."
            ),
        ]

    def __str__(self):
        return self.get_full_name() or self.email
