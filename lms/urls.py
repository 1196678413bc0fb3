"""The product's own addresses. Those of pages and of printed codes are a contract (docs/architecture.md)."""

from django.conf import settings
from django.urls import path, register_converter
from django.urls.converters import IntConverter, StringConverter
from django.views.generic import TemplateView

from lms.showcase import showcase
from lms.views import (
    allowances,
    analysis,
    attestations,
    certificates,
    cohorts,
    contacts,
    correcting,
    dashboard,
    demo,
    enrolments,
    exports,
    glossary,
    health,
    joining,
    learning,
    letters,
    media,
    messages,
    pages,
    register,
    reminders,
    returning,
    reviews,
    rosters,
    sheets,
)

app_name = "lms"


class CodeConverter(StringConverter):
    """The code of an attestation as typed: letters, figures, dashes, spaces."""

    regex = r"[0-9A-Za-z \-]{1,60}"


class KeyConverter(IntConverter):
    """A primary key; a number that no database could hold is no address."""

    regex = "[0-9]{1,18}"


register_converter(CodeConverter, "code")
register_converter(KeyConverter, "key")

urlpatterns = [
    # What is read
    path("parcours/<slug:track>/", pages.track, name="track"),
    path("parcours/<slug:track>/<slug:module>/", pages.module, name="module"),
    path("parcours/<slug:track>/<slug:module>/<slug:step>/", pages.step, name="step"),
    path("glossaire/", glossary.glossary, name="glossary"),
    # What is done
    path("apprendre/<slug:slug>/inscription/", learning.enrol, name="enrol"),
    path("apprendre/<slug:slug>/retrait/", learning.withdraw, name="withdraw"),
    path("apprendre/<slug:track>/<slug:module>/attestation/", learning.attest, name="attest"),
    path("apprendre/etapes/<key:pk>/terminer/", learning.complete, name="complete"),
    path("apprendre/quiz/<key:pk>/commencer/", learning.open_attempt, name="open_attempt"),
    path("apprendre/tentatives/<key:pk>/", learning.attempt, name="attempt"),
    path("apprendre/tentatives/<key:pk>/enregistrer/", learning.save, name="save"),
    path("apprendre/tentatives/<key:pk>/verifier/", learning.check, name="check"),
    path("apprendre/tentatives/<key:pk>/envoyer/", learning.submit, name="submit"),
    path("apprendre/tentatives/<key:pk>/reprise/", returning.returning, name="returning"),
    # One's own
    path("mon-espace/", dashboard.dashboard, name="dashboard"),
    path("mon-espace/attestations/", attestations.my_attestations, name="my_attestations"),
    path("mon-espace/preferences/", dashboard.preferences, name="preferences"),
    path("mon-espace/parcours/<slug:track>/", sheets.my_progress, name="my_progress"),
    # Cohorts
    path("cohortes/", cohorts.cohorts, name="cohorts"),
    path("cohortes/<key:pk>/", cohorts.cohort, name="cohort"),
    path("cohortes/<key:pk>/export.csv", exports.cohort_csv, name="cohort_csv"),
    path("cohortes/<key:pk>/export.xlsx", exports.cohort_xlsx, name="cohort_xlsx"),
    path("cohortes/<key:pk>/preuves/", exports.cohort_evidence, name="cohort_evidence"),
    path("cohortes/<key:pk>/preuves.zip", exports.cohort_evidence_zip, name="cohort_evidence_zip"),
    path("cohortes/<key:pk>/attestations/", attestations.cohort_attestations, name="cohort_attestations"),
    path("cohortes/<key:pk>/attestations.zip", attestations.cohort_attestations_zip, name="cohort_attestations_zip"),
    path(
        "cohortes/<key:pk>/attestations/<key:certificate_pk>/renvoyer/",
        attestations.send_again,
        name="send_attestation_again",
    ),
    path("cohortes/<key:pk>/messages/", messages.cohort_messages, name="cohort_messages"),
    path("cohortes/<key:pk>/messages/nouveau/", messages.new_message, name="new_message"),
    path("cohortes/<key:pk>/messages/<key:message_pk>/", messages.cohort_message, name="cohort_message"),
    path("cohortes/<key:pk>/messages/<key:message_pk>/annuler/", messages.cancel_message, name="cancel_message"),
    path("cohortes/<key:pk>/rappels/", reminders.cohort_reminders, name="cohort_reminders"),
    path("cohortes/<key:pk>/rappels/changer/", reminders.change_reminder, name="change_reminder"),
    path("cohortes/<key:pk>/rappels/regles/nouvelle/", reminders.new_rule, name="new_rule"),
    path("cohortes/<key:pk>/rappels/regles/<key:rule_pk>/", reminders.rule, name="reminder_rule"),
    path("cohortes/<key:pk>/rappels/regles/<key:rule_pk>/parcours/", reminders.as_track, name="rule_as_track"),
    path("cohortes/<key:pk>/contacter/", contacts.cohort_contacts, name="cohort_contacts"),
    path("cohortes/<key:pk>/contacter/<key:enrolment_pk>/", contacts.contact, name="contact"),
    path("cohortes/<key:pk>/personnes/<key:enrolment_pk>/", sheets.learner_sheet, name="learner_sheet"),
    path("cohortes/<key:pk>/personnes/<key:enrolment_pk>/organisation/", enrolments.describe, name="describe"),
    path("cohortes/<key:pk>/personnes/<key:enrolment_pk>/derogation/", allowances.allow, name="allow"),
    path(
        "cohortes/<key:pk>/personnes/<key:enrolment_pk>/derogations/<key:allowance_pk>/terminer/",
        allowances.end_allowance,
        name="end_allowance",
    ),
    path("cohortes/<key:pk>/quiz/", analysis.cohort_quizzes, name="cohort_quizzes"),
    path("cohortes/<key:pk>/quiz/<key:quiz_pk>/", analysis.cohort_quiz, name="cohort_quiz"),
    path("cohortes/<key:pk>/quiz/<key:quiz_pk>/export.csv", analysis.cohort_quiz_csv, name="cohort_quiz_csv"),
    path("cohortes/<key:pk>/presences/", register.sessions, name="sessions"),
    path("cohortes/<key:pk>/presences/<key:step_pk>/", register.register, name="register"),
    path("cohortes/<key:pk>/presences/<key:step_pk>/date/", register.session_date, name="session_date"),
    path("cohortes/quiz/", analysis.quizzes, name="quizzes"),
    path("cohortes/quiz/<key:quiz_pk>/", analysis.quiz, name="quiz"),
    path("cohortes/quiz/<key:quiz_pk>/export.csv", analysis.quiz_csv, name="quiz_csv"),
    path("cohortes/quiz/<key:quiz_pk>/corriger/", correcting.correct, name="correct_marks"),
    # Who is in a cohort, for who leads it
    path("cohortes/<key:pk>/inscriptions/", enrolments.people, name="cohort_people"),
    path(
        "cohortes/<key:pk>/inscriptions/invitations/<key:invitation_pk>/revoquer/",
        enrolments.revoke,
        name="revoke_invitation",
    ),
    path("cohortes/<key:pk>/inscriptions/importer/", rosters.bring_in, name="cohort_import"),
    path("cohortes/<key:pk>/inscriptions/attente/", enrolments.waiting, name="cohort_waiting"),
    path("cohortes/<key:pk>/inscriptions/attente/<key:place_pk>/donner/", enrolments.give, name="give_seat"),
    path("cohortes/<key:pk>/inscriptions/attente/<key:place_pk>/retirer/", enrolments.remove, name="remove_waiting"),
    path("cohortes/<key:pk>/inscriptions/binomes/", enrolments.pairs_of, name="cohort_pairs"),
    path("cohortes/<key:pk>/inscriptions/binomes/<key:pair_pk>/defaire/", enrolments.unpair, name="unpair"),
    path("cohortes/<key:pk>/inscriptions/retraits/", enrolments.withdrawn, name="cohort_withdrawn"),
    path("cohortes/<key:pk>/inscriptions/retraits/<key:enrolment_pk>/retablir/", enrolments.restore, name="restore"),
    # Coming into a cohort
    path("cohortes/rejoindre/", joining.join_by_code, name="join_by_code"),
    path("cohortes/rejoindre/<code:code>/", joining.join, name="join"),
    path("cohortes/<key:pk>/rejoindre/", joining.join_open, name="join_open"),
    # Reviews of open answers
    path("cohortes/relectures/", reviews.queue, name="reviews"),
    path("cohortes/relectures/suivante/", reviews.claim_next, name="claim_next_review"),
    path("cohortes/relectures/<key:pk>/", reviews.review, name="review"),
    path("cohortes/relectures/<key:pk>/prendre/", reviews.claim, name="claim_review"),
    path("cohortes/relectures/<key:pk>/laisser/", reviews.release, name="release_review"),
    path("cohortes/relectures/<key:pk>/enregistrer/", reviews.save, name="save_review"),
    path("cohortes/relectures/<key:pk>/modifier/", reviews.amend, name="amend_review"),
    # Proof and letters
    path("attestations/cachet.pem", certificates.seal, name="seal"),
    path("attestations/<code:code>/", certificates.check, name="certificate"),
    path("attestations/statuts/<key:number>.json", certificates.badge_statuses, name="badge_statuses"),
    path("attestations/<code:code>.json", certificates.badge, name="badge"),
    path("attestations/<code:code>/corriger/", certificates.correct, name="correct_certificate"),
    path("attestations/<code:code>.pdf", certificates.pdf, name="certificate_pdf"),
    path("messages/<str:token>/desinscription/", letters.unsubscribe, name="unsubscribe"),
    path("messages/<str:token>/reinscription/", letters.resubscribe, name="resubscribe"),
    path("sante/", health.health, name="health"),
]

if settings.DEMO:
    urlpatterns += [
        path("demo/courrier/", demo.demo_mail, name="demo_mail"),
        path(
            "dev/composants/",
            TemplateView.as_view(template_name="lms/components.html", extra_context=showcase()),
            name="components",
        ),
        path("media/<path:path>", media.serve_media, name="media"),
    ]
