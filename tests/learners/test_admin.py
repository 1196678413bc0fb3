"""Who may do what in the admin: instructors, managers, administrators; and what nobody may do."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page, Workflow
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from courses.models import GlossaryTerm, LessonPage
from learners import roles
from learners.models import Certificate, Cohort, Letter, ReminderRule, User
from tests.factories.courses import make_module, make_track
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person

PEOPLE_S_ROWS = ("cohorts:index", "certificates:index", "letters:index", "wagtailusers_users:index")


@pytest.fixture
def groups(site):
    """Both groups, as a deployment makes them."""
    call_command("ensure_roles", stdout=StringIO())


@pytest.fixture
def instructor(groups, client):
    """Somebody who writes, signed in."""
    person = make_person("helene@example.org")
    person.groups.add(Group.objects.get(name="Formateurs"))
    client.force_login(person)
    return person


@pytest.fixture
def manager(groups):
    """Somebody who may lead cohorts."""
    person = make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")
    person.groups.add(Group.objects.get(name="Responsables"))
    return person


@pytest.fixture
def admin(site, client):
    """Somebody who may do everything that can be done, signed in."""
    person = User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand")
    client.force_login(person)
    return person


@pytest.fixture
def certificate(learner, track):
    """The attestation of somebody who finished the track."""
    return finish(enrol(learner, track)).certificate


def said(response):
    """The messages of the admin, on the page that follows."""
    return [str(message) for message in response.context["messages"]]


class TestGroups:
    def test_twice_is_once(self, groups):
        before = [list(model.objects.values()) for model in (Group, GroupPagePermission, GroupCollectionPermission)]
        roles.ensure()
        assert before == [
            list(model.objects.values()) for model in (Group, GroupPagePermission, GroupCollectionPermission)
        ]

    def test_gives_back_what_is_missing_and_keeps_what_was_added(self, groups):
        group = Group.objects.get(name="Formateurs")
        added = roles.permission("courses", "delete_glossaryterm")
        group.permissions.set([added])
        GroupPagePermission.objects.all().delete()
        roles.ensure()
        assert group.permissions.filter(codename="access_admin").exists()
        assert added in group.permissions.all()
        assert group.page_permissions.count() == 3

    def test_needs_the_catalogue(self, site):
        site.delete()
        with pytest.raises(CommandError, match="load_courses"):
            call_command("ensure_roles")
        assert not Group.objects.exists()

    def test_replaces_the_english_defaults_of_wagtail(self, site):
        moderators = Group.objects.create(name="Moderators")
        workflow = Workflow.objects.create(name="Moderators approval")
        task = GroupApprovalTask.objects.create(name="Moderators approval")
        task.groups.add(moderators)
        roles.ensure()
        assert set(Group.objects.values_list("name", flat=True)) == {"Formateurs", "Responsables"}
        workflow.refresh_from_db()
        assert workflow.name == "Relecture"
        assert [group.name for group in task.groups.all()] == ["Formateurs"]

    def test_leaves_a_default_group_that_has_members(self, site, learner):
        editors = Group.objects.create(name="Editors")
        learner.groups.add(editors)
        roles.ensure()
        assert Group.objects.filter(name="Editors").exists()


class TestInstructors:
    def test_write_and_publish_what_is_under_the_catalogue(self, instructor, track):
        for page in Page.objects.descendant_of(track, inclusive=True):
            permissions = page.permissions_for_user(instructor)
            assert permissions.can_edit()
            assert permissions.can_publish()

    def test_do_not_touch_the_rest_of_the_site(self, instructor, track):
        home = track.get_parent().get_parent()
        assert not home.permissions_for_user(instructor).can_edit()
        assert not home.permissions_for_user(instructor).can_add_subpage()

    @pytest.mark.parametrize(
        "address", ["glossary:list", "glossary:add", "wagtailimages:add", "wagtaildocs:add", "wagtailadmin_home"]
    )
    def test_reach_the_glossary_images_and_documents(self, instructor, client, address):
        assert client.get(reverse(address)).status_code == 200

    @pytest.mark.parametrize("address", PEOPLE_S_ROWS)
    def test_see_nobody_s_rows(self, instructor, client, certificate, address):
        response = client.get(reverse(address))
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")

    def test_do_not_read_a_revocation_in_the_history_of_the_site(self, instructor, client, admin, certificate):
        client.force_login(admin)
        client.post(reverse("certificates:edit", args=[certificate.pk]), {"revoked_reason": "Usurpation."}, follow=True)
        client.force_login(instructor)
        history = client.get(reverse("wagtailadmin_reports:site_history")).content.decode()
        assert certificate.code not in history


class TestManagers:
    def test_are_told_that_the_admin_is_not_for_them(self, manager, track, client):
        make_cohort(track, lead=manager)
        client.force_login(manager)
        for address in ("/admin/", "/admin/pages/", "/admin/login/?next=/admin/"):
            response = client.get(address)
            assert response.status_code == 403
            assert "réservée à la rédaction" in response.content.decode()
            assert 'href="/cohortes/"' in response.content.decode()

    def test_a_visitor_signs_in_by_the_site_s_own_page(self, site, client):
        assert client.get("/admin/").url == "/compte/connexion/?next=/admin/"
        assert client.get("/admin/login/?next=/admin/").url == "/compte/connexion/?next=/admin/"
        assert client.get("/_util/login/?next=/").url == "/compte/connexion/?next=/"


class TestCohorts:
    def post(self, client, address, track, leads):
        fields = {
            "name": "Printemps",
            "track": track.pk,
            "opens_on": "01/03/2027",
            "closes_on": "30/06/2027",
            "time_zone": "Europe/Paris",
            "openings": inline_formset([]),
        }
        rows = [{"person": person.pk} for person in leads]
        return client.post(
            address,
            nested_form_data(
                {**fields, "leads": inline_formset(rows), "sessions": inline_formset([]), "windows": inline_formset([])}
            ),
            follow=True,
        )

    def test_an_administrator_creates_one_with_its_lead(self, admin, manager, track, client):
        self.post(client, reverse("cohorts:add"), track, [manager])
        assert [lead.person for lead in Cohort.objects.get(name="Printemps").leads.all()] == [manager]

    def test_leads_are_chosen_among_managers(self, admin, manager, learner, track, client):
        form = client.get(reverse("cohorts:add")).context["form"]
        assert list(form.formsets["leads"].empty_form.fields["person"].queryset) == [manager]
        self.post(client, reverse("cohorts:add"), track, [learner])
        assert not Cohort.objects.exists()

    def test_a_lead_who_left_the_group_stays_in_the_form(self, admin, learner, track, client):
        cohort = make_cohort(track, lead=learner)
        form = client.get(reverse("cohorts:edit", args=[cohort.pk])).context["form"]
        assert learner in form.formsets["leads"].empty_form.fields["person"].queryset

    def test_one_with_people_is_not_deleted(self, admin, learner, track, client):
        cohort = make_cohort(track)
        enrol(learner, track, cohort=cohort)
        response = client.post(reverse("cohorts:delete", args=[cohort.pk]), follow=True)
        assert "a des inscriptions" in said(response)[0]
        assert Cohort.objects.filter(pk=cohort.pk).exists()

    def test_an_empty_one_is_deleted(self, admin, track, client):
        client.post(reverse("cohorts:delete", args=[make_cohort(track).pk]))
        assert not Cohort.objects.exists()


class TestAttestations:
    @pytest.fixture
    def address(self, admin, certificate):
        return reverse("certificates:edit", args=[certificate.pk])

    def test_a_revocation_needs_a_reason(self, client, address, certificate):
        assert client.post(address, {"revoked_reason": " "}).status_code == 200
        certificate.refresh_from_db()
        assert certificate.revoked_at is None

    def test_a_revocation_keeps_its_author_its_date_and_its_reason(self, client, address, certificate, admin):
        client.post(address, {"revoked_reason": "Identité usurpée."})
        certificate.refresh_from_db()
        assert (certificate.revoked_by, certificate.revoked_reason) == (admin, "Identité usurpée.")
        assert certificate.revoked_at is not None

    def test_nothing_else_is_written(self, client, address, certificate):
        client.post(address, {"revoked_reason": "Erreur.", "holder": "Quelqu’un d’autre", "hours": "99"})
        after = Certificate.objects.get(pk=certificate.pk)
        assert (after.holder, after.hours) == (certificate.holder, certificate.hours)

    def test_a_revocation_is_final(self, client, address, certificate):
        client.post(address, {"revoked_reason": "Identité usurpée."})
        response = client.post(address, {"revoked_reason": "Autre chose."})
        assert response.url == reverse("certificates:inspect", args=[certificate.pk])
        certificate.refresh_from_db()
        assert certificate.revoked_reason == "Identité usurpée."

    @pytest.mark.parametrize("verb", ["add", "delete"])
    def test_none_is_made_or_deleted_by_hand(self, admin, client, certificate, verb):
        address = reverse(f"certificates:{verb}", args=[certificate.pk] if verb == "delete" else [])
        assert client.post(address).url == reverse("wagtailadmin_home")
        assert Certificate.objects.count() == 1


class TestLetters:
    @pytest.mark.parametrize("verb", ["add", "edit", "delete"])
    def test_are_only_read(self, admin, client, certificate, verb):
        letter = Letter.objects.first()
        address = reverse(f"letters:{verb}", args=[] if verb == "add" else [letter.pk])
        assert client.post(address, {"address": "x@example.org"}).url == reverse("wagtailadmin_home")
        assert list(Letter.objects.filter(pk=letter.pk).values()) == [
            {key: value for key, value in letter.__dict__.items() if key != "_state"}
        ]

    def test_the_code_of_an_account_is_not_shown(self, admin, client, learner):
        letter = Letter.objects.create(
            person=learner, address=learner.email, kind="account", key="x", due_at=NOW, text="Votre code : K7T-2PQ"
        )
        shown = client.get(reverse("letters:inspect", args=[letter.pk])).content.decode()
        assert "K7T-2PQ" not in shown


class TestHistoryStays:
    @pytest.fixture
    def lesson(self, admin, learner, track):
        """A lesson that somebody has read."""
        finish(enrol(learner, track), steps=1)
        return LessonPage.objects.get(slug="lecon-11")

    def delete(self, client, page):
        return client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)

    def test_a_page_and_what_holds_it(self, client, lesson):
        for page in (lesson, *lesson.get_ancestors().filter(depth__gt=1)):
            assert "porte l’historique" in said(self.delete(client, page))[0]
        assert LessonPage.objects.filter(pk=lesson.pk).exists()

    def test_a_tree_to_which_it_was_moved(self, client, lesson, track):
        module = make_module(track, number=9)
        lesson.move(module, pos="last-child")
        assert "porte l’historique" in said(self.delete(client, module))[0]

    def test_a_selection(self, client, lesson, track):
        new = make_module(track, number=9)
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        response = client.post(f"{address}?id={new.pk}&id={lesson.pk}&next=/admin/", follow=True)
        assert "porte l’historique" in said(response)[0]
        assert Page.objects.filter(pk__in=[new.pk, lesson.pk]).count() == 2

    def test_a_track_that_only_a_cohort_names(self, admin, client, site):
        track = make_track(site, slug="decideurs")
        make_cohort(track)
        assert "porte l’historique" in said(self.delete(client, track))[0]

    def test_a_page_without_history_goes(self, admin, client, track):
        module = make_module(track, number=9)
        self.delete(client, module)
        assert not Page.objects.filter(pk=module.pk).exists()

    def test_a_person_with_history(self, client, lesson, learner):
        response = client.post(reverse("wagtailusers_users:delete", args=[learner.pk]), follow=True)
        assert "a un historique" in said(response)[0]
        address = reverse("wagtail_bulk_action", args=["learners", "user", "delete"])
        response = client.post(f"{address}?id={learner.pk}&next=/admin/users/", follow=True)
        assert "a un historique" in said(response)[0]
        assert User.objects.filter(pk=learner.pk).exists()


class TestGlossary:
    def test_an_instructor_drafts_then_publishes_a_term(self, instructor, client):
        term = {"term": "Alliance", "definition": "Un engagement à plusieurs."}
        client.post(reverse("glossary:add"), term)
        assert not GlossaryTerm.objects.get().live
        client.post(reverse("glossary:edit", args=[GlossaryTerm.objects.get().pk]), {**term, "action-publish": "1"})
        assert GlossaryTerm.objects.get().live


# ------------------------------------------------------------ rules of reminders


def rule_of(track, **fields):
    """What the form of a rule sends."""
    return {
        "track": track.pk,
        "cohort": "",
        "kind": "inactive",
        "delay": 12,
        "times": 2,
        "every": 7,
        "place": 0,
        "subject": "",
        "text": "",
        "on": "on",
        **fields,
    }


def test_an_administrator_writes_a_rule_and_switches_it_off(admin, client, track):
    client.post(reverse("reminder_rules:add"), rule_of(track, subject="Bonjour {prénom}", text="{lien}"))
    rule = ReminderRule.objects.get()
    assert (rule.kind, rule.delay, rule.times, rule.subject, rule.on) == ("inactive", 12, 2, "Bonjour {prénom}", True)
    client.post(reverse("reminder_rules:edit", args=[rule.pk]), rule_of(track, on=""))
    rule.refresh_from_db()
    assert (rule.on, rule.subject) == (False, "")
    assert "Ne vient plus depuis 12\u00a0jours" in client.get(reverse("reminder_rules:index")).content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"subject": "Bonjour", "text": "{nom}"}, "text", "« {nom} » ne sera pas remplacé."),
        ({"subject": "Bonjour", "text": "{séance}"}, "text", "« {séance} » ne sera pas remplacé."),
        ({"delay": 0}, "delay", "supérieure ou égale à 1"),
        ({"times": 9}, "times", "inférieure ou égale à 5"),
    ],
)
def test_a_rule_that_could_not_work_is_refused_with_a_sentence(admin, client, track, fields, field, words):
    page = client.post(reverse("reminder_rules:add"), rule_of(track, **fields))
    assert any(words in one for one in page.context["form"].errors[field])
    assert ReminderRule.objects.count() == 0


def test_a_rule_of_a_cohort_belongs_to_its_track(admin, client, track, site):
    cohort = make_cohort(make_track(site, slug="decideurs"))
    page = client.post(reverse("reminder_rules:add"), rule_of(track, cohort=cohort.pk))
    assert page.context["form"].errors["cohort"] == ["Cette cohorte ne suit pas le parcours « Jeunes »."]


def test_a_letter_that_waits_is_read_as_it_would_leave_now(admin, client, learner, track):
    enrol(learner, track)
    welcome = Letter.objects.get(kind="welcome")
    page = client.get(reverse("letters:inspect", args=[welcome.pk])).content.decode()
    assert "(tel qu’il partirait maintenant)" in page
    assert "Bonjour Nadia," in page
    learner.is_active = False
    learner.save()
    page = client.get(reverse("letters:inspect", args=[welcome.pk])).content.decode()
    assert "(ne partira pas : le compte est fermé)" in page


def test_a_rule_opens_by_its_sentence(admin, client, track):
    rule = ReminderRule.objects.create(track=track, kind="inactive", delay=8)
    page = client.get(reverse("reminder_rules:index")).content.decode()
    assert f'href="{reverse("reminder_rules:edit", args=[rule.pk])}"' in page
