"""Blocks of a lesson, named for what they mean, never for how they look."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.blocks.streams import StreamBlock

PROSE = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link"]
INLINE = ["bold", "italic", "ol", "ul", "link"]

# The families under which the editor offers the blocks.
THREAD = "Le fil de la leçon"
PROOF = "Preuves et voix"
MEDIA = "Images et sons"
MARKS = "Repères"


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


class PlayedBlock(blocks.StructBlock):
    """A recording; ``EXTENSIONS`` are the kinds of file that browsers play."""

    EXTENSIONS: tuple[str, ...] = ()

    def clean(self, value):
        """Refuse to publish a file that a browser would not play."""
        cleaned = super().clean(value)
        file = cleaned["file"]
        if not self.is_deferred_validation and file and file.file_extension.lower() not in self.EXTENSIONS:
            message = (
                f"Choisissez un fichier {' ou '.join(self.EXTENSIONS)} : les navigateurs ne liraient pas celui-ci."
            )
            raise StructBlockValidationError(block_errors={"file": ValidationError(message)})
        return cleaned


class TestimonyBlock(SourcedBlock):
    name = blocks.CharBlock(label="Nom", max_length=120)
    role = blocks.CharBlock(label="Rôle", max_length=160, required=False)
    text = blocks.RichTextBlock(label="Témoignage", features=INLINE)
    date = blocks.CharBlock(label="Date", max_length=60, required=False)
    source = blocks.CharBlock(label="Source", max_length=240, required=False)
    composed = blocks.BooleanBlock(
        label="Récit composé", required=False, help_text="Dit au lecteur que la personne est fictive."
    )

    class Meta:
        icon = "comment"
        label = "Témoignage"
        group = PROOF
        description = "Ce qu’une personne a vécu, avec sa source ou la mention « récit composé »."
        label_format = "{name}"
        template = "blocks/testimony.html"


class ExpertBlock(blocks.StructBlock):
    name = blocks.CharBlock(label="Nom", max_length=120)
    role = blocks.CharBlock(label="Fonction", max_length=160, required=False)
    text = blocks.RichTextBlock(label="Ce que dit l’expert", features=INLINE)
    date = blocks.CharBlock(label="Date", max_length=60)
    source = blocks.CharBlock(label="Source", max_length=240)

    class Meta:
        icon = "user"
        label = "Parole d’expert"
        group = PROOF
        description = "Ce que dit une personne qui connaît le sujet, redit avec nos mots et daté."
        label_format = "{name}"
        template = "blocks/expert.html"


class TakeawaysBlock(blocks.StructBlock):
    points = blocks.ListBlock(LineBlock(label="Point"), label="Points", min_num=1, max_num=6)

    class Meta:
        icon = "success"
        label = "À retenir"
        group = THREAD
        description = "Une à six phrases : ce qui doit rester quand on a tout oublié."
        template = "blocks/takeaways.html"


class SheetBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre", max_length=160)
    text = blocks.RichTextBlock(label="Contenu", features=PROSE)

    class Meta:
        icon = "clipboard-list"
        label = "Fiche"
        group = THREAD
        description = "Une méthode qui se lit et s’imprime seule."
        label_format = "{title}"
        template = "blocks/sheet.html"


class FigureBlock(blocks.StructBlock):
    """A figure never stands without its date and its source."""

    value = blocks.CharBlock(label="Chiffre", max_length=60)
    text = blocks.TextBlock(label="Ce qu’il mesure", max_length=300, rows=2)
    date = blocks.CharBlock(label="Date", max_length=60)
    source = blocks.CharBlock(label="Source", max_length=240)
    caution = blocks.TextBlock(label="Réserve", max_length=400, rows=2, required=False)
    disputed = blocks.BooleanBlock(
        label="Chiffre discuté", required=False, help_text="Les sources ne sont pas d’accord."
    )

    class Meta:
        icon = "decimal"
        label = "Chiffre daté"
        group = PROOF
        description = "Un chiffre, ce qu’il mesure, sa date et sa source."
        label_format = "{value} {text}"
        template = "blocks/figure.html"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label="Image")
    caption = blocks.CharBlock(label="Légende", max_length=240, required=False)

    class Meta:
        icon = "image"
        label = "Image"
        group = MEDIA
        description = "Une image avec son texte de remplacement, ou déclarée décorative."
        label_format = "{caption}"
        template = "blocks/image.html"


class VideoBlock(PlayedBlock):
    EXTENSIONS = ("mp4", "webm")

    title = blocks.CharBlock(label="Titre", max_length=160)
    file = DocumentChooserBlock(label="Fichier vidéo (mp4, webm)")
    captions = DocumentChooserBlock(label="Sous-titres (vtt)", required=False)
    transcript = blocks.RichTextBlock(label="Transcription", features=PROSE)

    class Meta:
        icon = "desktop"
        label = "Vidéo"
        group = MEDIA
        description = "Un fichier vidéo, ses sous-titres et sa transcription."
        label_format = "{title}"
        template = "blocks/video.html"


class AudioBlock(PlayedBlock):
    EXTENSIONS = ("mp3", "ogg")

    title = blocks.CharBlock(label="Titre", max_length=160)
    file = DocumentChooserBlock(label="Fichier audio (mp3, ogg)")
    transcript = blocks.RichTextBlock(label="Transcription", features=PROSE)

    class Meta:
        icon = "media"
        label = "Audio"
        group = MEDIA
        description = "Un enregistrement et sa transcription."
        label_format = "{title}"
        template = "blocks/audio.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="Citation", max_length=600, rows=3)
    author = blocks.CharBlock(label="Auteur ou autrice", max_length=160)
    source = blocks.CharBlock(label="Source", max_length=240)
    date = blocks.CharBlock(label="Date", max_length=60)

    class Meta:
        icon = "openquote"
        label = "Citation"
        group = PROOF
        description = "Les mots exacts de quelqu’un, avec la source et la date."
        label_format = "{author}"
        template = "blocks/quote.html"


class ExampleBlock(SourcedBlock):
    title = blocks.CharBlock(label="Titre", max_length=160)
    place = blocks.CharBlock(label="Lieu", max_length=120, required=False)
    date = blocks.CharBlock(label="Date", max_length=60, required=False)
    actors = blocks.ListBlock(LineBlock(label="Acteur"), label="Acteurs", required=False)
    text = blocks.RichTextBlock(label="Récit", features=INLINE)
    source = blocks.CharBlock(label="Source", max_length=240, required=False)
    composed = blocks.BooleanBlock(
        label="Récit composé", required=False, help_text="Dit au lecteur que l’exemple est fictif."
    )

    class Meta:
        icon = "group"
        label = "Exemple d’alliance"
        group = PROOF
        description = "Une alliance racontée : qui, où, quand, et ce qui s’est passé."
        label_format = "{title}"
        template = "blocks/example.html"


class DataTableBlock(blocks.StructBlock):
    """A table of data: a caption, headers, rows of the same length."""

    caption = blocks.CharBlock(label="Titre du tableau", max_length=240)
    headers = blocks.ListBlock(LineBlock(label="En-tête"), label="En-têtes", min_num=2, max_num=6)
    rows = blocks.ListBlock(blocks.ListBlock(LineBlock(label="Case"), label="Ligne"), label="Lignes", min_num=1)
    source = blocks.CharBlock(label="Source", max_length=240, required=False)

    class Meta:
        icon = "table"
        label = "Tableau"
        group = MARKS
        description = "Des données en lignes et en colonnes ; la première case d’une ligne la nomme."
        label_format = "{caption}"
        template = "blocks/data_table.html"

    def clean(self, value):
        """Refuse to publish a row that is longer or shorter than the headers."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and any(len(row) != len(cleaned["headers"]) for row in cleaned["rows"]):
            message = "Chaque ligne a autant de cases qu’il y a d’en-têtes."
            raise StructBlockValidationError(block_errors={"rows": ValidationError(message)})
        return cleaned


class TermBlock(blocks.StructBlock):
    term = SnippetChooserBlock("courses.GlossaryTerm", label="Terme")

    class Meta:
        icon = "info-circle"
        label = "Mot du glossaire"
        group = MARKS
        description = "La définition d’un mot, tirée du glossaire et tenue à jour avec lui."
        template = "blocks/term.html"

    def clean(self, value):
        """Refuse to publish a lesson that shows an unpublished definition."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and cleaned["term"] and not cleaned["term"].live:
            message = "Ce mot est encore un brouillon : publiez-le d’abord dans le glossaire."
            raise StructBlockValidationError(block_errors={"term": ValidationError(message)})
        return cleaned


class ActivityBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre", max_length=160)
    minutes = blocks.IntegerBlock(label="Durée en minutes", min_value=1, max_value=240, required=False)
    text = blocks.RichTextBlock(label="Consigne", features=INLINE)

    class Meta:
        icon = "edit"
        label = "Passage à l’action"
        group = THREAD
        description = "Une chose à faire pour de vrai, avec sa durée."
        label_format = "{title}"
        template = "blocks/activity.html"


class TextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = "Texte"
        group = THREAD
        description = "Le texte courant, avec ses intertitres, ses listes et ses liens."
        template = "blocks/text.html"


class ContentBlocks(StreamBlock):
    text = TextBlock(features=PROSE)
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
