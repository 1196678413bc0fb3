"""Page types and the few tables behind them.

Direction between the modules: media and glossary know nothing; step builds on nothing; lesson
and quiz build on step; track holds modules; catalogue holds tracks.
"""

from courses.models.catalogue import CataloguePage
from courses.models.glossary import GlossaryTerm
from courses.models.lesson import LessonPage
from courses.models.loaded import LoadedPage
from courses.models.media import Illustration, IllustrationRendition
from courses.models.quiz import QuizPage, QuizVersion
from courses.models.step import StepPage
from courses.models.track import ModulePage, TrackPage

__all__ = [
    "CataloguePage",
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
