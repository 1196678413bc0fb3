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
    for model in apps.get_models():
        if not issubclass(model, Page) or model._meta.app_label not in {"courses", "lms"}:
            continue
        if not model.is_creatable:
            continue
        if {str(method) for method in model.allowed_http_methods} != {"GET", "HEAD"}:
            errors.append(Error(f"{model.__name__} must only accept GET and HEAD.", id="courses.E001"))
        if not {"parent_page_types", "subpage_types"} <= set().union(*(vars(base) for base in model.__mro__ if base not in Page.__mro__)):
            errors.append(Error(f"{model.__name__} must declare its parents and children.", id="courses.E002"))
        try:
            get_template(model.template)
        except TemplateDoesNotExist:
            errors.append(Error(f"{model.__name__} has no template {model.template}.", id="courses.E003"))
    return errors
