"""The question bank: questions that quizzes choose or draw, each with its drafts and its history."""

import uuid

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin
from wagtail.search import index

from courses.blocks.every import QuestionBlocks
from courses.models.track import TrackPage


class Difficulty(models.TextChoices):
    EASY = "easy", "facile"
    MEDIUM = "medium", "moyenne"
    HARD = "hard", "difficile"


class BankQuestionQuerySet(models.QuerySet):
    def fitting(self, *, track=None, difficulty="", tags=()):
        """Published questions of that track, of that difficulty, with all of these tags."""
        found = self.filter(live=True)
        if track:
            found = found.filter(track=track)
        if difficulty:
            found = found.filter(difficulty=difficulty)
        for tag in tags:
            found = found.filter(tags__name__iexact=tag)
        return found.distinct()


class BankQuestion(PreviewableMixin, DraftStateMixin, RevisionMixin, index.Indexed, ClusterableModel):
    """One question. Quizzes freeze its published state when an attempt opens; drafts change nothing."""

    # The identity of the question in the history of answers, whatever is edited.
    uid = models.UUIDField("identifiant", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(
        "intitulé", max_length=160, help_text="Pour la retrouver dans la banque ; il n’est pas montré aux apprenants."
    )
    track = models.ForeignKey(
        TrackPage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="parcours"
    )
    difficulty = models.CharField("difficulté", max_length=10, choices=Difficulty, blank=True)
    tags = ClusterTaggableManager(
        through="courses.BankQuestionTag", blank=True, verbose_name="étiquettes", help_text="Les thèmes de la question."
    )
    question = StreamField(QuestionBlocks(max_num=1), verbose_name="question")
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="bank_question")

    objects = BankQuestionQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        MultiFieldPanel([FieldPanel("track"), FieldPanel("difficulty"), FieldPanel("tags")], heading="Classement"),
        FieldPanel("question"),
    ]
    search_fields = [
        index.SearchField("title", boost=2),
        index.SearchField("question"),
        index.AutocompleteField("title"),
        index.FilterField("track_id"),
        index.FilterField("difficulty"),
        index.FilterField("live"),
        index.RelatedFields("tags", [index.SearchField("name")]),
    ]

    class Meta:
        verbose_name = "question de la banque"
        verbose_name_plural = "questions de la banque"
        ordering = ["title", "pk"]

    def __str__(self):
        return self.title

    @property
    def revisions(self):
        """The history of this question, for Wagtail."""
        return self._revisions

    @property
    def kind_label(self):
        """Its type, in words."""
        return next((child.block.label for child in self.question), "")

    @property
    def themes(self):
        """Its tags on one line."""
        return ", ".join(sorted(item.tag.name for item in self.tagged_items.all()))

    def get_preview_template(self, request, mode_name):
        """The question as a learner would see it, and what sample answers are worth."""
        return "courses/bank_question.html"

    def freeze(self):
        """The frozen question."""
        child = self.question[0]
        return child.block.freeze(str(self.uid), child.value)


class BankQuestionTag(TaggedItemBase):
    content_object = ParentalKey(BankQuestion, on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = "étiquette de question"
        verbose_name_plural = "étiquettes de questions"
