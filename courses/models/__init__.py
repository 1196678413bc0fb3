"""Page types and the few tables behind them.

Direction between the modules: media and glossary know nothing; step builds on nothing; lesson
builds on step; track holds modules; catalogue holds tracks; bank points to tracks; quiz builds on
step and chooses from the bank.
"""

from courses.models.bank import BankQuestion, BankQuestionTag, Difficulty
from courses.models.catalogue import CataloguePage
from courses.models.glossary import GlossaryTerm
from courses.models.lesson import LessonPage
from courses.models.loaded import LoadedPage
from courses.models.media import Illustration, IllustrationRendition
from courses.models.quiz import QuizPage, QuizVersion
from courses.models.step import StepPage
from courses.models.track import ModulePage, TrackPage

__all__ = [
    "BankQuestion",
    "BankQuestionTag",
    "CataloguePage",
    "Difficulty",
    "GlossaryTerm",
    "Illustration",
    "IllustrationRendition",
    "LessonPage",
    "LoadedPage",
    "ModulePage",
    "QuizPage",
    "QuizVersion",
    "StepPage",
    "TrackPage",
]
