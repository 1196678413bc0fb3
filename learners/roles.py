"""The groups of staff, and what each may do.

A role is a group plus explicit rows: who leads which cohort is a CohortLead. Groups are made by
`manage.py ensure_roles`, which every deployment runs: a data migration could not, because Django
creates permissions after the migrations, and the catalogue comes with `load_courses`.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Workflow

from courses.models import CataloguePage

INSTRUCTORS = "Formateurs"
MANAGERS = "Responsables"

# What instructors may do everywhere, under the catalogue, and in the collections of files.
PERMISSIONS = (
    ("wagtailadmin", "access_admin"),
    ("courses", "add_glossaryterm"),
    ("courses", "change_glossaryterm"),
    ("courses", "publish_glossaryterm"),
    ("courses", "add_bankquestion"),
    ("courses", "change_bankquestion"),
    ("courses", "publish_bankquestion"),
    ("learners", "view_regrade"),
)
ON_PAGES = ("add_page", "change_page", "publish_page")
ON_FILES = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "change_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "change_document"),
    ("wagtaildocs", "choose_document"),
)

# What Wagtail creates by itself, in English and with rights over the whole site.
WAGTAIL_GROUPS = ("Editors", "Moderators")
WAGTAIL_WORKFLOW = "Moderators approval"


@transaction.atomic
def ensure():
    """Create both groups, or give back what they lack. Whatever an administrator added to them stays."""
    writing = instructors()
    managers()
    rename_wagtail_workflow(reviewers=writing)
    Group.objects.filter(name__in=WAGTAIL_GROUPS, user__isnull=True).delete()


def instructors():
    """The group of those who write: pages of the catalogue, images, documents and the glossary."""
    group, _ = Group.objects.get_or_create(name=INSTRUCTORS)
    for app_label, codename in PERMISSIONS:
        group.permissions.add(permission(app_label, codename))
    catalogue = CataloguePage.objects.get()
    for codename in ON_PAGES:
        GroupPagePermission.objects.get_or_create(
            group=group, page=catalogue, permission=permission("wagtailcore", codename)
        )
    files = Collection.get_first_root_node()
    for app_label, codename in ON_FILES:
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=files, permission=permission(app_label, codename)
        )
    return group


def managers():
    """The group of those who may lead cohorts. It opens nothing by itself: a board asks for the CohortLead."""
    group, _ = Group.objects.get_or_create(name=MANAGERS)
    return group


def permission(app_label, codename):
    """The permission of that name."""
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


def rename_wagtail_workflow(*, reviewers):
    """Wagtail's own review of pages, as long as nobody has changed it: in French, done by a colleague."""
    for task in GroupApprovalTask.objects.filter(name=WAGTAIL_WORKFLOW):
        task.name = "Relecture par une formatrice ou un formateur"
        task.save()
        task.groups.set([reviewers])
    Workflow.objects.filter(name=WAGTAIL_WORKFLOW).update(name="Relecture")
