"""Every type of question, as one stream."""

from wagtail import blocks

from courses.blocks import exercises, questions


class QuestionBlocks(blocks.StreamBlock):
    """One block per type; the names are those of the frozen questions."""

    single = questions.SingleChoiceBlock()
    multiple = questions.MultipleChoiceBlock()
    true_false = questions.TrueFalseBlock()
    short_text = exercises.ShortTextBlock()
    number = exercises.NumberBlock()
    matching = exercises.MatchingBlock()
    ordering = exercises.OrderingBlock()
    sorting = exercises.SortingBlock()
    gaps = exercises.GapsBlock()
    open = exercises.OpenTextBlock()
    opinion = questions.OpinionBlock()
