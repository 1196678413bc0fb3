"""Rows about people. One family per file; history protects the pages it points to."""

from learners.models.accommodation import Accommodation
from learners.models.allowance import Allowance
from learners.models.attempt import Answer, Attempt
from learners.models.certificate import Certificate
from learners.models.cohort import Cohort, CohortLead, CohortOpening, CohortQuizWindow, Sector
from learners.models.completion import Completion
from learners.models.contact import Contact, Message
from learners.models.enrolment import Enrolment, EnrolmentChange, Pair
from learners.models.heartbeat import Heartbeat
from learners.models.invitation import Invitation, WaitingPlace
from learners.models.letter import FailingAddress, Letter, LetterChoices, OptOut
from learners.models.person import User
from learners.models.reminder import CohortSession, ReminderRule
from learners.models.review import Regrade, Review
from learners.models.territory import Territory, TimeZone

__all__ = [
    "Accommodation",
    "Allowance",
    "Answer",
    "Attempt",
    "Certificate",
    "Cohort",
    "CohortLead",
    "CohortOpening",
    "CohortQuizWindow",
    "CohortSession",
    "Completion",
    "Contact",
    "Enrolment",
    "EnrolmentChange",
    "FailingAddress",
    "Heartbeat",
    "Invitation",
    "Letter",
    "LetterChoices",
    "Message",
    "OptOut",
    "Pair",
    "Regrade",
    "ReminderRule",
    "Review",
    "Sector",
    "Territory",
    "TimeZone",
    "User",
    "WaitingPlace",
]
