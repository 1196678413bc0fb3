"""Blocks of a lesson, named for what they mean, never for how they look."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

PROSE = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link"]
INLINE = ["bold", "italic", "ol", "ul", "link"]


class LineBlock(blocks.CharBlock):
    """One line of a list: an outcome, an ability, an objective, a source."""

    def __init__(self, max_length=240, **kwargs):
        super().__init__(max_length=max_length, **kwargs)


class SourcedBlock(blocks.StructBlock):
    """A block that says where it comes from, or declares itself a composed story."""

    def clean(self, value):
        """Refuse to publish a story that is neither sourced nor declared as composed."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and not cleaned["source"] and not cleaned["composed"]:
            message = "Indiquez la source, ou cochez « récit composé »."
            raise StructBlockValidationError(block_errors={"source": ValidationError(message)})
        return cleaned


class TestimonyBlock(SourcedBlock):
    name = blocks.CharBlock(label="nom", max_length=120)
    role = blocks.CharBlock(label="rôle", max_length=160, required=False)
    text = blocks.RichTextBlock(label="témoignage", features=INLINE)
    date = blocks.CharBlock(label="date", max_length=60, required=False)
    source = blocks.CharBlock(label="source", max_length=240, required=False)
    composed = blocks.BooleanBlock(
        label="récit composé", required=False, help_text="Dit au lecteur que la personne est fictive."
    )

    class Meta:
        icon = "user"
        label = "Témoignage"
        template = "blocks/testimony.html"


class ExpertBlock(blocks.StructBlock):
    name = blocks.CharBlock(label="nom", max_length=120)
    role = blocks.CharBlock(label="fonction", max_length=160, required=False)
    text = blocks.RichTextBlock(label="ce que dit l’expert", features=INLINE)
    date = blocks.CharBlock(label="date", max_length=60)
    source = blocks.CharBlock(label="source", max_length=240)

    class Meta:
        icon = "user"
        label = "Parole d’expert"
        template = "blocks/expert.html"


class TakeawaysBlock(blocks.StructBlock):
    points = blocks.ListBlock(LineBlock(label="point"), label="points", min_num=1, max_num=6)

    class Meta:
        icon = "tick"
        label = "À retenir"
        template = "blocks/takeaways.html"


class SheetBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="titre", max_length=160)
    text = blocks.RichTextBlock(label="contenu", features=PROSE)

    class Meta:
        icon = "list-ul"
        label = "Fiche"
        template = "blocks/sheet.html"


class FigureBlock(blocks.StructBlock):
    """A figure never stands without its date and its source."""

    value = blocks.CharBlock(label="chiffre", max_length=60)
    text = blocks.TextBlock(label="ce qu’il mesure", max_length=300, rows=2)
    date = blocks.CharBlock(label="date", max_length=60)
    source = blocks.CharBlock(label="source", max_length=240)
    caution = blocks.TextBlock(label="réserve", max_length=400, rows=2, required=False)
    disputed = blocks.BooleanBlock(
        label="chiffre discuté", required=False, help_text="Les sources ne sont pas d’accord."
    )

    class Meta:
        icon = "order"
        label = "Chiffre daté"
        template = "blocks/figure.html"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label="image")
    caption = blocks.CharBlock(label="légende", max_length=240, required=False)

    class Meta:
        icon = "image"
        label = "Image"
        template = "blocks/image.html"


class VideoBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="titre", max_length=160)
    file = DocumentChooserBlock(label="fichier vidéo (mp4, webm)")
    captions = DocumentChooserBlock(label="sous-titres (vtt)", required=False)
    transcript = blocks.RichTextBlock(label="transcription", features=PROSE)

    class Meta:
        icon = "media"
        label = "Vidéo"
        template = "blocks/video.html"


class AudioBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="titre", max_length=160)
    file = DocumentChooserBlock(label="fichier audio (mp3, ogg)")
    transcript = blocks.RichTextBlock(label="transcription", features=PROSE)

    class Meta:
        icon = "media"
        label = "Audio"
        template = "blocks/audio.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="citation", max_length=600, rows=3)
    author = blocks.CharBlock(label="auteur ou autrice", max_length=160)
    source = blocks.CharBlock(label="source", max_length=240)
    date = blocks.CharBlock(label="date", max_length=60)

    class Meta:
        icon = "openquote"
        label = "Citation"
        template = "blocks/quote.html"


class ExampleBlock(SourcedBlock):
    title = blocks.CharBlock(label="titre", max_length=160)
    place = blocks.CharBlock(label="lieu", max_length=120, required=False)
    date = blocks.CharBlock(label="date", max_length=60, required=False)
    actors = blocks.ListBlock(LineBlock(label="acteur"), label="acteurs", required=False)
    text = blocks.RichTextBlock(label="récit", features=INLINE)
    source = blocks.CharBlock(label="source", max_length=240, required=False)
    composed = blocks.BooleanBlock(
        label="récit composé", required=False, help_text="Dit au lecteur que l’exemple est fictif."
    )

    class Meta:
        icon = "group"
        label = "Exemple d’alliance"
        template = "blocks/example.html"


class DataTableBlock(blocks.StructBlock):
    """A table of data: a caption, headers, rows of the same length."""

    caption = blocks.CharBlock(label="titre du tableau", max_length=240)
    headers = blocks.ListBlock(LineBlock(label="en-tête"), label="en-têtes", min_num=2, max_num=6)
    rows = blocks.ListBlock(blocks.ListBlock(LineBlock(label="case"), label="ligne"), label="lignes", min_num=1)
    source = blocks.CharBlock(label="source", max_length=240, required=False)

    class Meta:
        icon = "table"
        label = "Tableau"
        template = "blocks/data_table.html"

    def clean(self, value):
        """Refuse to publish a row that is longer or shorter than the headers."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and any(len(row) != len(cleaned["headers"]) for row in cleaned["rows"]):
            message = "Chaque ligne a autant de cases qu’il y a d’en-têtes."
            raise StructBlockValidationError(block_errors={"rows": ValidationError(message)})
        return cleaned


class TermBlock(blocks.StructBlock):
    term = SnippetChooserBlock("courses.GlossaryTerm", label="terme")

    class Meta:
        icon = "info-circle"
        label = "Mot du glossaire"
        template = "blocks/term.html"


class ActivityBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="titre", max_length=160)
    minutes = blocks.IntegerBlock(label="durée en minutes", min_value=1, max_value=240, required=False)
    text = blocks.RichTextBlock(label="consigne", features=INLINE)

    class Meta:
        icon = "edit"
        label = "Passage à l’action"
        template = "blocks/activity.html"


class ContentBlocks(blocks.StreamBlock):
    text = blocks.RichTextBlock(label="Texte", features=PROSE, icon="pilcrow", template="blocks/text.html")
    takeaways = TakeawaysBlock()
    figure = FigureBlock()
    example = ExampleBlock()
    testimony = TestimonyBlock()
    expert = ExpertBlock()
    sheet = SheetBlock()
    activity = ActivityBlock()
    image = PictureBlock()
    video = VideoBlock()
    audio = AudioBlock()
    quote = QuoteBlock()
    data_table = DataTableBlock()
    term = TermBlock()
