"""What an editor's browser posts: the page form as it was shown, with the changes of the editor."""

from django.urls import reverse
from wagtail import blocks
from wagtail.blocks.field_block import RichTextBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.test.utils.form_data import querydict_from_html, rich_text


def edit_url(page):
    """Where an editor edits this page."""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def form_of(client, page, **changes):
    """The fields of the edit form of this page; ``changes`` replaces some, streams included."""
    shown = client.get(edit_url(page))
    data = querydict_from_html(shown.content.decode(), form_id="page-edit-form").dict()
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            stream = changes.pop(field.name, None)
            value = field.stream_block.to_python(stream) if stream is not None else field.value_from_object(page)
            data = {key: item for key, item in data.items() if not key.startswith(f"{field.name}-")}
            data |= posted(field.name, field.stream_block, value)
    return data | changes


def posted(prefix, block, value):
    """The form fields of a block, under this prefix."""
    match block:
        case blocks.StreamBlock() | blocks.ListBlock():
            data = {f"{prefix}-count": str(len(value))}
            children = value if isinstance(block, blocks.StreamBlock) else value.bound_blocks
            for position, child in enumerate(children):
                place = f"{prefix}-{position}"
                data |= {f"{place}-id": child.id, f"{place}-order": str(position), f"{place}-deleted": ""}
                if isinstance(block, blocks.StreamBlock):
                    data[f"{place}-type"] = child.block_type
                data |= posted(f"{place}-value", child.block, child.value)
            return data
        case ImageBlock():
            return posted_image(prefix, value)
        case blocks.StructBlock():
            data = {}
            for name, child in block.child_blocks.items():
                data |= posted(f"{prefix}-{name}", child, value.get(name))
            return data
        case RichTextBlock():
            return {prefix: rich_text(value.source, features=block.features)}
        case blocks.BooleanBlock():
            return {prefix: "on"} if value else {}
        case blocks.ChooserBlock():
            return {prefix: "" if value is None else value.pk}
    return {prefix: "" if value is None else value}


def posted_image(prefix, image):
    """The form fields of an image, or of none."""
    if image is None:
        return {f"{prefix}-image": "", f"{prefix}-alt_text": ""}
    data = {f"{prefix}-image": image.pk, f"{prefix}-alt_text": image.contextual_alt_text or ""}
    return data | ({f"{prefix}-decorative": "on"} if image.decorative else {})
