"""Every type of question, as one stream."""

from courses.blocks import exercises, questions
from courses.blocks.streams import StreamBlock


class QuestionBlocks(StreamBlock):
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
