"""How allauth meets the product: who is loaded with the session, how its messages leave."""

import functools
import secrets

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from learners import addresses, emails, letters
from learners.access import instructors, reviewers
from learners.models import CohortLead, User

ANYBODY = -1  # stands where the key of the person goes in the compiled query


class Backend(AuthenticationBackend):
    """Loads the person of a session together with what the header must know, in one query."""

    def get_user(self, user_id):
        """The active person with that key, or None.

        With ``leads_cohorts``, ``reviews``, ``figures``, ``edits`` and ``unreachable``.
        """
        sql, parameters = person_query()
        return next(iter(User.objects.raw(sql, [user_id if value == ANYBODY else value for value in parameters])), None)


@functools.cache
def person_query():
    """The SQL of the active person with the key ``ANYBODY``, and its parameters.

    Compiled once: every signed-in request asks it, and Django takes ten times longer to write it than to run it.
    """
    access = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    people = User.objects.filter(pk=ANYBODY, is_active=True).annotate(
        leads_cohorts=Q(is_superuser=True) | Exists(CohortLead.objects.filter(person=OuterRef("pk"))),
        reviews=Exists(reviewers().filter(pk=OuterRef("pk"))),
        figures=Q(is_superuser=True) | Exists(instructors().filter(pk=OuterRef("pk"))),
        edits=Q(is_superuser=True) | Exists(access.filter(group__user=OuterRef("pk"))),
        unreachable=Exists(addresses.failing().filter(person=OuterRef("pk"))),
    )
    return people.query.sql_with_params()


class AccountAdapter(DefaultAccountAdapter):
    """Messages of the account are letters like the others: written first, sent by a worker, once."""

    def send_mail(self, template_prefix, email, context):
        """Write the letter; the worker sends it after commit."""
        person = context.get("user")
        letters.write_account_message(
            composed=emails.account(template_prefix, {**context, "email": email}),
            address=email,
            person=person if person is not None and person.pk else None,
            key=f"account:{secrets.token_urlsafe(16)}",
            at=timezone.now(),
        )

    def confirm_email(self, request, email_address):
        """Keep the confirmation: its code arrived."""
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            addresses.mark_working(email_address.user, email_address.email)
        return confirmed
