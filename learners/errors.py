"""The few ways in which a verb refuses. Each carries a French sentence for the person."""


class LearnerError(Exception):
    """A refusal that the person can understand; ``link`` leads to what would help."""

    default = "Cette action n’est pas possible."

    def __init__(self, message="", *, link=""):
        super().__init__(message or self.default)
        self.link = link


class NotEnrolled(LearnerError):
    default = "Inscrivez-vous à ce parcours pour enregistrer votre avancée."


class CohortFull(LearnerError):
    default = "Toutes les places de cette cohorte sont prises. Vous pouvez vous inscrire sur la liste d’attente."


class CohortClosed(LearnerError):
    default = "Les inscriptions à cette cohorte sont terminées."


class InAnotherCohort(LearnerError):
    default = (
        "Vous suivez déjà ce parcours avec une autre cohorte. Pour en changer, écrivez à la personne responsable : "
        "rien de ce que vous avez fait ne sera perdu."
    )


class InvitationUnusable(LearnerError):
    default = (
        "Ce code d’invitation ne fonctionne pas, ou ne fonctionne plus. Vérifiez-le, ou demandez-en un autre à la "
        "personne qui vous l’a donné."
    )


class TooManyCodes(LearnerError):
    default = "Trop de codes ont été essayés. Patientez dix minutes, puis recommencez."


class NotPairable(LearnerError):
    default = "Un binôme réunit deux personnes de la même cohorte, qui n’en ont pas déjà un."


class StepLocked(LearnerError):
    """The step is not open yet; ``lock`` says what is missing."""

    def __init__(self, lock):
        super().__init__(lock.reason, link=lock.url)
        self.lock = lock


class StepGone(LearnerError):
    default = "Cette étape n’est plus proposée. Rien de ce que vous avez fait n’est perdu."


class TakenByRegister(LearnerError):
    default = "Cette étape se termine par la présence : la personne responsable de la cohorte la relève."


class NoAttemptLeft(LearnerError):
    default = "Vous avez utilisé toutes les tentatives prévues pour ce quiz."


class AttemptClosed(LearnerError):
    default = "Ces réponses ont déjà été envoyées : voici le résultat."


class TimeOver(AttemptClosed):
    default = "Le temps est écoulé : ce qui était enregistré a été envoyé et noté."


class QuizClosed(LearnerError):
    default = "Ce quiz n’est pas ouvert en ce moment."


class ForeignAnswer(LearnerError):
    default = "Ce formulaire ne correspond pas à ce quiz. Vos réponses déjà enregistrées sont intactes."


class NotReviewer(LearnerError):
    default = "Cette réponse n’est pas à relire par vous."


class ReviewTaken(LearnerError):
    default = "Quelqu’un d’autre relit cette réponse."


class AlreadyReviewed(LearnerError):
    default = "Cette réponse a déjà été relue."


class IncompleteReview(LearnerError):
    default = "Chaque critère attend un nombre de points, et une note modifiée, un motif."


class KeyMisfit(LearnerError):
    default = "Les réponses de cette tentative ne vont pas avec ce corrigé."


class MissingAnswers(LearnerError):
    """The attempt was to be sent with blank answers; ``question_ids`` names them."""

    default = "Certaines questions sont encore sans réponse."

    def __init__(self, question_ids):
        super().__init__()
        self.question_ids = question_ids


class StaleAnswers(LearnerError):
    """Another page gave other answers meanwhile; ``saving`` tells what is stored and what was refused."""

    default = "Des réponses ont été modifiées depuis une autre page."

    def __init__(self, saving):
        super().__init__()
        self.saving = saving


class UnfitMessage(LearnerError):
    """A message cannot leave as it is written; the sentence says what to change."""

    default = "Ce message ne peut pas partir tel quel."


class MessageGone(LearnerError):
    default = "Ce message est déjà parti : il ne peut plus changer."


class MessageCancelled(LearnerError):
    default = "Ce message a été annulé : il ne partira pas."


class NotToContact(LearnerError):
    default = "Cette personne ne souhaite pas être relancée."


class AddressFails(LearnerError):
    default = "L’adresse de cette personne ne répond pas : joignez-la autrement, pour qu’elle la corrige."


class FrozenAttestation(LearnerError):
    default = "Une attestation ne se modifie pas : un nom mal écrit se corrige par une nouvelle, une erreur se révoque."


class NotToAttest(LearnerError):
    default = (
        "Ce module n’a pas d’attestation à part : il y reste une étape obligatoire, le parcours entier est terminé, "
        "ou ce module ne se suit pas seul."
    )


class NotToCorrect(LearnerError):
    default = "Cette attestation n’est plus en vigueur : elle ne se corrige pas."


class ReminderGone(LearnerError):
    default = "Ce rappel n’est plus prévu : il est parti, ou la personne est revenue."
