"""Rows about people. One family per file; history protects the pages it points to."""

from learners.models.accommodation import Accommodation
from learners.models.allowance import Allowance
from learners.models.attempt import Answer, Attempt
from learners.models.certificate import Certificate
from learners.models.cohort import Cohort, CohortLead, CohortOpening, CohortQuizWindow, Sector, TimeZone
from learners.models.completion import Completion
from learners.models.contact import Contact, Message
from learners.models.enrolment import Enrolment, EnrolmentChange, Pair
from learners.models.heartbeat import Heartbeat
from learners.models.invitation import Invitation, WaitingPlace
from learners.models.letter import Letter, OptOut
from learners.models.person import User
from learners.models.review import Regrade, Review

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
    "Completion",
    "Contact",
    "Enrolment",
    "EnrolmentChange",
    "Heartbeat",
    "Invitation",
    "Letter",
    "Message",
    "OptOut",
    "Pair",
    "Regrade",
    "Review",
    "Sector",
    "TimeZone",
    "User",
    "WaitingPlace",
]
