"""Rows about people. One family per file; history protects the pages it points to."""

from learners.models.accommodation import Accommodation
from learners.models.attempt import Answer, Attempt
from learners.models.certificate import Certificate
from learners.models.cohort import Cohort, CohortLead, CohortQuizWindow
from learners.models.completion import Completion
from learners.models.enrolment import Enrolment
from learners.models.heartbeat import Heartbeat
from learners.models.letter import Letter, OptOut
from learners.models.person import User
from learners.models.review import Regrade, Review

__all__ = [
    "Accommodation",
    "Answer",
    "Attempt",
    "Certificate",
    "Cohort",
    "CohortLead",
    "CohortQuizWindow",
    "Completion",
    "Enrolment",
    "Heartbeat",
    "Letter",
    "OptOut",
    "Regrade",
    "Review",
    "User",
]
