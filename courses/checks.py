"""Conventions of the page types, refused at start when broken."""

from django.apps import apps
from django.core.checks import Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from wagtail.models import Page


@register
def page_types_keep_conventions(app_configs, **kwargs):
    """Each of our page types has a template, declared relatives, and takes no POST."""
    errors = []
    for model in our_page_types():
        if {str(method) for method in model.allowed_http_methods} != {"GET", "HEAD"}:
            errors.append(Error(f"{model.__name__} must only accept GET and HEAD.", id="courses.E001"))
        if not declares_relatives(model):
            errors.append(Error(f"{model.__name__} must declare its parents and children.", id="courses.E002"))
        try:
            get_template(model.template)
        except TemplateDoesNotExist:
            errors.append(Error(f"{model.__name__} has no template {model.template}.", id="courses.E003"))
    return errors


def our_page_types() -> list[type[Page]]:
    """The page types that editors may create, of this app and of the site."""
    models: list = [model for app in ("courses", "lms") for model in apps.get_app_config(app).get_models()]
    return [model for model in models if issubclass(model, Page) and model.is_creatable]


def declares_relatives(model):
    """Whether the type, or a parent of ours, says where it stands in the tree."""
    ours = [base for base in model.__mro__ if base not in Page.__mro__]
    return all(any(name in vars(base) for base in ours) for name in ("parent_page_types", "subpage_types"))
