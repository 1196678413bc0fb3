"""Every address of the product × every role: who may do what, literally. An address without a row is a failure.

In the table: a status; « in » is a redirect to sign-in, « no » Wagtail's redirect to the door of its
admin with a refusal. Rows point at what belongs to the owner (an attempt, an attestation) and to the
manager's cohort, in which the owner is; for everybody else they are foreign. ``{missing}`` was never given.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve

from learners import accommodations, attempts, certificates, invitations, messages, roles
from learners.models import (
    Accommodation,
    Allowance,
    Answer,
    Attempt,
    Certificate,
    Cohort,
    CohortLead,
    Completion,
    Enrolment,
    Invitation,
    Letter,
    Message,
    OptOut,
    Pair,
    Regrade,
    ReminderRule,
    User,
    WaitingPlace,
)
from learners.subscriptions import token_for
from tests.factories.courses import make_lesson, make_track, single, take_alone
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.factories.questions import bank_question
from tests.worlds import made_once

ROLES = ("visitor", "owner", "other", "instructor", "manager", "rival", "admin")

#                                                                      visitor owner other instructor manager rival admin
READING = """
GET  wagtail_serve                     /                                    200   200   200   200   200   200   200
GET  wagtail_serve                     /parcours/                           200   200   200   200   200   200   200
GET  wagtail_serve                     /nulle-part/                         404   404   404   404   404   404   404
GET  lms:track                         /parcours/jeunes/                    200   200   200   200   200   200   200
GET  lms:track                         /parcours/inconnu/                   404   404   404   404   404   404   404
GET  lms:module                        /parcours/jeunes/module-1/           200   200   200   200   200   200   200
GET  lms:module                        /parcours/jeunes/inconnu/            404   404   404   404   404   404   404
GET  lms:step                          /parcours/jeunes/module-1/lecon-11/  200   200   200   200   200   200   200
GET  lms:step                          /parcours/jeunes/module-1/lecon-12/  403   200   200   403   403   403   403
GET  lms:step                          /parcours/jeunes/module-1/quiz-1/    403   200   200   403   403   403   403
GET  lms:step                          /parcours/jeunes/module-2/lecon-21/  403   403   403   403   403   403   403
GET  lms:step                          /parcours/jeunes/module-1/inconnu/   404   404   404   404   404   404   404
GET  lms:glossary                      /glossaire/                          200   200   200   200   200   200   200
GET  lms:health                        /sante/                              503   503   503   503   503   503   503
GET  wagtaildocs_serve                 /documents/1/rien.pdf                404   404   404   404   404   404   404
GET  wagtaildocs_authenticate_with_password /documents/authenticate_with_password/1/ 404 404 404 404 404 404 404
GET  wagtailcore_authenticate_with_password /_util/authenticate_with_password/1/1/   404 404 404 404 404 404 404
GET  wagtailcore_login                 /_util/login/                        in    in    in    in    in    in    in
"""

LEARNING = """
GET  lms:attempt         /apprendre/tentatives/{sent}/                in      200     404     404     404     404     404
GET  lms:attempt         /apprendre/tentatives/{open}/                in      302     404     404     404     404     404
GET  lms:attempt         /apprendre/tentatives/{missing}/             in      404     404     404     404     404     404
GET  lms:enrol           /apprendre/jeunes/inscription/               in      302     302     302     302     302     302
POST lms:enrol           /apprendre/jeunes/inscription/               in      302     302     302     302     302     302
POST lms:enrol           /apprendre/inconnu/inscription/              404     404     404     404     404     404     404
GET  lms:withdraw        /apprendre/jeunes/retrait/                   in      302     302     302     302     302     302
POST lms:withdraw        /apprendre/jeunes/retrait/                   in      302     302     302     302     302     302
GET  lms:attest          /apprendre/jeunes/module-1/attestation/      in      302     302     302     302     302     302
POST lms:attest          /apprendre/jeunes/module-1/attestation/      in      409     409     403     403     403     403
POST lms:attest          /apprendre/catalyseurs/module-1/attestation/ in      302     302     403     403     403     403
POST lms:attest          /apprendre/jeunes/inconnu/attestation/       404     404     404     404     404     404     404
GET  lms:complete        /apprendre/etapes/{lesson}/terminer/         in      302     302     302     302     302     302
POST lms:complete        /apprendre/etapes/{lesson}/terminer/         in      302     302     403     403     403     403
POST lms:complete        /apprendre/etapes/{locked}/terminer/         in      403     403     403     403     403     403
POST lms:complete        /apprendre/etapes/{quiz}/terminer/           in      404     404     403     403     403     403
POST lms:complete        /apprendre/etapes/{missing}/terminer/        404     404     404     404     404     404     404
GET  lms:open_attempt    /apprendre/quiz/{quiz}/commencer/            in      302     302     302     302     302     302
POST lms:open_attempt    /apprendre/quiz/{quiz}/commencer/            in      302     302     403     403     403     403
POST lms:open_attempt    /apprendre/quiz/{lesson}/commencer/          in      410     410     403     403     403     403
POST lms:open_attempt    /apprendre/quiz/{missing}/commencer/         404     404     404     404     404     404     404
GET  lms:save            /apprendre/tentatives/{open}/enregistrer/    in      302     302     302     302     302     302
POST lms:save            /apprendre/tentatives/{open}/enregistrer/    in      302     404     404     404     404     404
POST lms:save            /apprendre/tentatives/{sent}/enregistrer/    in      302     404     404     404     404     404
POST lms:save            /apprendre/tentatives/{missing}/enregistrer/ in      404     404     404     404     404     404
GET  lms:check           /apprendre/tentatives/{open}/verifier/        in      302     302     302     302     302     302
POST lms:check           /apprendre/tentatives/{open}/verifier/        in      400     404     404     404     404     404
POST lms:check           /apprendre/tentatives/{missing}/verifier/     in      404     404     404     404     404     404
GET  lms:returning       /apprendre/tentatives/{open}/reprise/         in      200     404     404     404     404     404
POST lms:returning       /apprendre/tentatives/{open}/reprise/         in      200     404     404     404     404     404
GET  lms:returning       /apprendre/tentatives/{missing}/reprise/      in      404     404     404     404     404     404
GET  lms:submit          /apprendre/tentatives/{open}/envoyer/        in      302     302     302     302     302     302
POST lms:submit          /apprendre/tentatives/{open}/envoyer/        in      422     404     404     404     404     404
POST lms:submit          /apprendre/tentatives/{sent}/envoyer/        in      302     404     404     404     404     404
POST lms:submit          /apprendre/tentatives/{missing}/envoyer/     in      404     404     404     404     404     404
GET  lms:dashboard       /mon-espace/                                 in      200     200     200     200     200     200
GET  lms:my_attestations /mon-espace/attestations/                    in      200     200     200     200     200     200
GET  lms:preferences     /mon-espace/preferences/                     in      200     200     200     200     200     200
POST lms:preferences     /mon-espace/preferences/                     in      200     200     200     200     200     200
GET  lms:cohorts         /cohortes/                                   in      200     200     200     200     200     200
GET  lms:cohort          /cohortes/{cohort}/                          in      404     404     404     200     404     200
GET  lms:cohort          /cohortes/{missing}/                         in      404     404     404     404     404     404
GET  lms:cohort_csv      /cohortes/{cohort}/export.csv                in      404     404     404     200     404     200
GET  lms:cohort_csv      /cohortes/{missing}/export.csv               in      404     404     404     404     404     404
GET  lms:cohort          /cohortes/{rival_cohort}/                    in      404     404     404     404     200     200
GET  lms:cohort_csv      /cohortes/{rival_cohort}/export.csv          in      404     404     404     404     200     200
GET  lms:cohort_people     /cohortes/{cohort}/inscriptions/            in      404     404     404     200     404     200
POST lms:cohort_people     /cohortes/{cohort}/inscriptions/            in      404     404     404     422     404     422
GET  lms:cohort_people     /cohortes/{missing}/inscriptions/           in      404     404     404     404     404     404
GET  lms:revoke_invitation /cohortes/{cohort}/inscriptions/invitations/{invitation}/revoquer/ in 404 404 404 200 404 200
POST lms:revoke_invitation /cohortes/{cohort}/inscriptions/invitations/{invitation}/revoquer/ in 404 404 404 302 404 302
GET  lms:revoke_invitation /cohortes/{rival_cohort}/inscriptions/invitations/{invitation}/revoquer/ in 404 404 404 404 404 404
GET  lms:cohort_import     /cohortes/{cohort}/inscriptions/importer/   in      404     404     404     200     404     200
POST lms:cohort_import     /cohortes/{cohort}/inscriptions/importer/   in      404     404     404     422     404     422
GET  lms:cohort_import     /cohortes/{rival_cohort}/inscriptions/importer/ in  404     404     404     404     200     200
GET  lms:cohort_waiting    /cohortes/{cohort}/inscriptions/attente/    in      404     404     404     200     404     200
GET  lms:give_seat         /cohortes/{cohort}/inscriptions/attente/{place}/donner/  in 405 405 405 405 405 405
POST lms:give_seat         /cohortes/{cohort}/inscriptions/attente/{place}/donner/  in 404 404 404 302 404 302
POST lms:give_seat         /cohortes/{rival_cohort}/inscriptions/attente/{place}/donner/  in 404 404 404 404 404 404
GET  lms:remove_waiting    /cohortes/{cohort}/inscriptions/attente/{place}/retirer/ in 404 404 404 200 404 200
POST lms:remove_waiting    /cohortes/{cohort}/inscriptions/attente/{place}/retirer/ in 404 404 404 302 404 302
GET  lms:cohort_pairs      /cohortes/{cohort}/inscriptions/binomes/    in      404     404     404     200     404     200
POST lms:cohort_pairs      /cohortes/{cohort}/inscriptions/binomes/    in      404     404     404     422     404     422
GET  lms:unpair            /cohortes/{cohort}/inscriptions/binomes/{pair}/defaire/ in 404 404 404 200 404 200
POST lms:unpair            /cohortes/{cohort}/inscriptions/binomes/{pair}/defaire/ in 404 404 404 302 404 302
GET  lms:cohort_withdrawn  /cohortes/{cohort}/inscriptions/retraits/   in      404     404     404     200     404     200
GET  lms:restore           /cohortes/{cohort}/inscriptions/retraits/{gone}/retablir/ in 404 404 404 200 404 200
POST lms:restore           /cohortes/{cohort}/inscriptions/retraits/{gone}/retablir/ in 404 404 404 422 404 422
GET  lms:restore           /cohortes/{rival_cohort}/inscriptions/retraits/{gone}/retablir/ in 404 404 404 404 404 404
GET  lms:join_by_code      /cohortes/rejoindre/                        200     200     200     200     200     200     200
POST lms:join_by_code      /cohortes/rejoindre/                        422     422     422     422     422     422     422
GET  lms:join              /cohortes/rejoindre/{joining}/              200     200     200     200     200     200     200
POST lms:join              /cohortes/rejoindre/{joining}/              in      302     302     302     302     302     302
GET  lms:join              /cohortes/rejoindre/AAAAABBBBB/             404     404     404     404     404     404     404
GET  lms:join_open         /cohortes/{open_cohort}/rejoindre/          200     200     200     200     200     200     200
POST lms:join_open         /cohortes/{open_cohort}/rejoindre/          in      302     302     302     302     302     302
GET  lms:join_open         /cohortes/{cohort}/rejoindre/               404     200     404     404     404     404     404
GET  lms:cohort_xlsx     /cohortes/{cohort}/export.xlsx              in      404     404     404     200     404     200
GET  lms:cohort_xlsx     /cohortes/{rival_cohort}/export.xlsx        in      404     404     404     404     200     200
GET  lms:cohort_xlsx     /cohortes/{missing}/export.xlsx             in      404     404     404     404     404     404
GET  lms:cohort_evidence /cohortes/{cohort}/preuves/                 in      404     404     404     200     404     200
GET  lms:cohort_evidence /cohortes/{rival_cohort}/preuves/           in      404     404     404     404     200     200
GET  lms:cohort_evidence /cohortes/{missing}/preuves/                in      404     404     404     404     404     404
GET  lms:cohort_evidence_zip /cohortes/{cohort}/preuves.zip          in      404     404     404     200     404     200
GET  lms:cohort_evidence_zip /cohortes/{rival_cohort}/preuves.zip    in      404     404     404     404     200     200
GET  lms:cohort_evidence_zip /cohortes/{missing}/preuves.zip         in      404     404     404     404     404     404
GET  lms:cohort_attestations /cohortes/{cohort}/attestations/         in      404     404     404     200     404     200
GET  lms:cohort_attestations /cohortes/{rival_cohort}/attestations/   in      404     404     404     404     200     200
GET  lms:cohort_attestations /cohortes/{missing}/attestations/        in      404     404     404     404     404     404
GET  lms:cohort_attestations_zip /cohortes/{cohort}/attestations.zip  in      404     404     404     200     404     200
GET  lms:cohort_attestations_zip /cohortes/{rival_cohort}/attestations.zip in 404     404     404     404     200     200
GET  lms:send_attestation_again /cohortes/{cohort}/attestations/{attested}/renvoyer/ in 405 405 405 405 405 405
POST lms:send_attestation_again /cohortes/{cohort}/attestations/{attested}/renvoyer/ in 404 404 404 302 404 302
POST lms:send_attestation_again /cohortes/{rival_cohort}/attestations/{attested}/renvoyer/ in 404 404 404 404 404 404
GET  lms:cohort_reminders /cohortes/{cohort}/rappels/                 in      404     404     404     200     404     200
GET  lms:cohort_reminders /cohortes/{rival_cohort}/rappels/           in      404     404     404     404     200     200
GET  lms:cohort_reminders /cohortes/{missing}/rappels/                in      404     404     404     404     404     404
GET  lms:change_reminder /cohortes/{cohort}/rappels/changer/?rappel=x in      404     404     404     409     404     409
POST lms:change_reminder /cohortes/{cohort}/rappels/changer/          in      404     404     404     404     404     404
GET  lms:new_rule        /cohortes/{cohort}/rappels/regles/nouvelle/  in      404     404     404     200     404     200
POST lms:new_rule        /cohortes/{cohort}/rappels/regles/nouvelle/  in      404     404     404     422     404     422
GET  lms:reminder_rule   /cohortes/{cohort}/rappels/regles/{rule}/    in      404     404     404     200     404     200
POST lms:reminder_rule   /cohortes/{cohort}/rappels/regles/{rule}/    in      404     404     404     422     404     422
GET  lms:reminder_rule   /cohortes/{cohort}/rappels/regles/{missing}/ in      404     404     404     404     404     404
GET  lms:reminder_rule   /cohortes/{rival_cohort}/rappels/regles/{own_rule}/ in 404  404     404     404     404     404
GET  lms:rule_as_track   /cohortes/{cohort}/rappels/regles/{own_rule}/parcours/ in 405 405   405     405     405     405
POST lms:rule_as_track   /cohortes/{cohort}/rappels/regles/{own_rule}/parcours/ in 404 404   404     302     404     302
POST lms:rule_as_track   /cohortes/{rival_cohort}/rappels/regles/{own_rule}/parcours/ in 404 404 404 404     404     404
GET  lms:cohort_messages /cohortes/{cohort}/messages/                in      404     404     404     200     404     200
GET  lms:cohort_messages /cohortes/{rival_cohort}/messages/          in      404     404     404     404     200     200
GET  lms:cohort_messages /cohortes/{missing}/messages/               in      404     404     404     404     404     404
GET  lms:new_message     /cohortes/{cohort}/messages/nouveau/        in      404     404     404     200     404     200
GET  lms:new_message     /cohortes/{rival_cohort}/messages/nouveau/  in      404     404     404     404     200     200
GET  lms:new_message     /cohortes/{rival_cohort}/messages/nouveau/?personnes={enrolment} in 404 404 404 404 200 200
POST lms:new_message     /cohortes/{cohort}/messages/nouveau/        in      404     404     404     422     404     422
GET  lms:cohort_message  /cohortes/{cohort}/messages/{message}/      in      404     404     404     200     404     200
GET  lms:cohort_message  /cohortes/{rival_cohort}/messages/{message}/ in     404     404     404     404     404     404
GET  lms:cohort_message  /cohortes/{cohort}/messages/{missing}/      in      404     404     404     404     404     404
POST lms:cohort_message  /cohortes/{cohort}/messages/{message}/      in      404     404     404     422     404     422
GET  lms:cancel_message  /cohortes/{cohort}/messages/{message}/annuler/ in   404     404     404     200     404     200
POST lms:cancel_message  /cohortes/{cohort}/messages/{message}/annuler/ in   404     404     404     302     404     302
POST lms:cancel_message  /cohortes/{rival_cohort}/messages/{message}/annuler/ in 404 404     404     404     404     404
GET  lms:cohort_contacts /cohortes/{cohort}/contacter/               in      404     404     404     200     404     200
GET  lms:cohort_contacts /cohortes/{rival_cohort}/contacter/         in      404     404     404     404     200     200
GET  lms:contact         /cohortes/{cohort}/contacter/{enrolment}/   in      404     404     404     200     404     200
GET  lms:contact         /cohortes/{rival_cohort}/contacter/{enrolment}/ in  404     404     404     404     404     404
GET  lms:contact         /cohortes/{cohort}/contacter/{missing}/     in      404     404     404     404     404     404
POST lms:contact         /cohortes/{cohort}/contacter/{enrolment}/   in      404     404     404     422     404     422
POST lms:contact         /cohortes/{rival_cohort}/contacter/{enrolment}/ in  404     404     404     404     404     404
GET  lms:learner_sheet   /cohortes/{cohort}/personnes/{enrolment}/       in    404     404     404     200     404     200
GET  lms:learner_sheet   /cohortes/{cohort}/personnes/{missing}/         in    404     404     404     404     404     404
GET  lms:learner_sheet   /cohortes/{cohort}/personnes/{other_enrolment}/ in    404     404     404     404     404     404
GET  lms:learner_sheet   /cohortes/{rival_cohort}/personnes/{enrolment}/ in    404     404     404     404     404     404
GET  lms:describe        /cohortes/{cohort}/personnes/{enrolment}/organisation/ in  404   404     404     200     404     200
POST lms:describe        /cohortes/{cohort}/personnes/{enrolment}/organisation/ in  404   404     404     422     404     422
GET  lms:describe        /cohortes/{cohort}/personnes/{other_enrolment}/organisation/ in 404 404  404     404     404     404
POST lms:describe        /cohortes/{rival_cohort}/personnes/{enrolment}/organisation/ in 404 404  404     404     404     404
GET  lms:allow           /cohortes/{cohort}/personnes/{enrolment}/derogation/ in  404   404     404     200     404     200
GET  lms:allow           /cohortes/{cohort}/personnes/{other_enrolment}/derogation/ in 404 404  404     404     404     404
POST lms:allow           /cohortes/{cohort}/personnes/{enrolment}/derogation/ in  404   404     404     422     404     422
POST lms:allow           /cohortes/{rival_cohort}/personnes/{enrolment}/derogation/ in 404 404  404     404     404     404
GET  lms:end_allowance   /cohortes/{cohort}/personnes/{enrolment}/derogations/{allowance}/terminer/ in 405 405 405 405 405 405
POST lms:end_allowance   /cohortes/{cohort}/personnes/{enrolment}/derogations/{allowance}/terminer/ in 404 404 404 302 404 302
POST lms:end_allowance   /cohortes/{rival_cohort}/personnes/{enrolment}/derogations/{allowance}/terminer/ in 404 404 404 404 404 404
GET  lms:my_progress     /mon-espace/parcours/jeunes/                    in    200     200     404     404     404     404
GET  lms:my_progress     /mon-espace/parcours/inconnu/                   in    404     404     404     404     404     404
GET  lms:cohort_quizzes    /cohortes/{cohort}/quiz/                    in      404     404     404     200     404     200
GET  lms:cohort_quizzes    /cohortes/{missing}/quiz/                   in      404     404     404     404     404     404
GET  lms:cohort_quiz       /cohortes/{cohort}/quiz/{quiz}/             in      404     404     404     200     404     200
GET  lms:cohort_quiz       /cohortes/{cohort}/quiz/{lesson}/           in      404     404     404     404     404     404
GET  lms:cohort_quiz_csv   /cohortes/{cohort}/quiz/{quiz}/export.csv   in      404     404     404     200     404     200
GET  lms:sessions          /cohortes/{cohort}/presences/               in      404     404     404     200     404     200
GET  lms:sessions          /cohortes/{missing}/presences/              in      404     404     404     404     404     404
GET  lms:register          /cohortes/{cohort}/presences/{session}/     in      404     404     404     200     404     200
POST lms:register          /cohortes/{cohort}/presences/{session}/     in      404     404     404     302     404     302
GET  lms:register          /cohortes/{cohort}/presences/{lesson}/      in      404     404     404     404     404     404
POST lms:register          /cohortes/{rival_cohort}/presences/{session}/ in    404     404     404     404     302     302
GET  lms:session_date      /cohortes/{cohort}/presences/{session}/date/ in     404     404     404     200     404     200
POST lms:session_date      /cohortes/{cohort}/presences/{session}/date/ in     404     404     404     422     404     422
GET  lms:session_date      /cohortes/{cohort}/presences/{lesson}/date/ in      404     404     404     404     404     404
POST lms:session_date      /cohortes/{rival_cohort}/presences/{session}/date/ in 404   404     404     404     422     422
GET  lms:quizzes           /cohortes/quiz/                             in      404     404     200     404     404     200
GET  lms:quiz              /cohortes/quiz/{quiz}/                      in      404     404     200     404     404     200
GET  lms:quiz              /cohortes/quiz/{missing}/                   in      404     404     404     404     404     404
GET  lms:quiz_csv          /cohortes/quiz/{quiz}/export.csv            in      404     404     200     404     404     200
GET  lms:correct_marks     /cohortes/quiz/{quiz}/corriger/             in      404     404     200     404     404     200
POST lms:correct_marks     /cohortes/quiz/{quiz}/corriger/             in      404     404     200     404     404     200
GET  lms:reviews           /cohortes/relectures/                       in      404     404     200     200     200     200
POST lms:claim_next_review /cohortes/relectures/suivante/              in      302     302     302     302     302     302
GET  lms:review            /cohortes/relectures/{missing}/             in      404     404     404     404     404     404
POST lms:claim_review      /cohortes/relectures/{missing}/prendre/     in      404     404     404     404     404     404
POST lms:release_review    /cohortes/relectures/{missing}/laisser/     in      404     404     404     404     404     404
POST lms:save_review       /cohortes/relectures/{missing}/enregistrer/ in      404     404     404     404     404     404
POST lms:amend_review      /cohortes/relectures/{missing}/modifier/    in      404     404     404     404     404     404
GET  lms:seal            /attestations/cachet.pem                     200     200     200     200     200     200     200
GET  lms:certificate     /attestations/{code}/                        200     200     200     200     200     200     200
GET  lms:certificate     /attestations/ABCD/                          404     404     404     404     404     404     404
GET  lms:badge           /attestations/{code}.json                    200     200     200     200     200     200     200
GET  lms:badge           /attestations/ABCD.json                      404     404     404     404     404     404     404
GET  lms:badge_statuses  /attestations/statuts/0.json                 200     200     200     200     200     200     200
GET  lms:badge_statuses  /attestations/statuts/{missing}.json         404     404     404     404     404     404     404
GET  lms:correct_certificate /attestations/{code}/corriger/          in      404     404     404     404     404     200
GET  lms:correct_certificate /attestations/{attested_code}/corriger/ in      404     404     404     200     404     200
POST lms:correct_certificate /attestations/{attested_code}/corriger/ in      404     404     404     422     404     422
GET  lms:correct_certificate /attestations/ABCD/corriger/            in      404     404     404     404     404     404
GET  lms:certificate_pdf /attestations/{code}.pdf                     200     200     200     200     200     200     200
GET  lms:certificate_pdf /attestations/ABCD.pdf                       404     404     404     404     404     404     404
GET  lms:unsubscribe     /messages/{token}/desinscription/            200     200     200     200     200     200     200
POST lms:unsubscribe     /messages/{token}/desinscription/            200     200     200     200     200     200     200
GET  lms:unsubscribe     /messages/faux/desinscription/               404     404     404     404     404     404     404
POST lms:unsubscribe     /messages/faux/desinscription/               404     404     404     404     404     404     404
GET  lms:resubscribe     /messages/{token}/reinscription/             405     405     405     405     405     405     405
POST lms:resubscribe     /messages/{token}/reinscription/             200     200     200     200     200     200     200
POST lms:resubscribe     /messages/faux/reinscription/                404     404     404     404     404     404     404
"""

ACCOUNT = """
GET  account_login                        /compte/connexion/                           200     302     302     302     302     302     302
POST account_login                        /compte/connexion/                           200     302     302     302     302     302     302
GET  account_logout                       /compte/deconnexion/                         302     200     200     200     200     200     200
POST account_logout                       /compte/deconnexion/                         302     302     302     302     302     302     302
GET  account_signup                       /compte/inscription/                         200     302     302     302     302     302     302
POST account_signup                       /compte/inscription/                         200     302     302     302     302     302     302
GET  account_email_verification_sent      /compte/confirmation/                        in      302     302     302     302     302     302
POST account_email_verification_sent      /compte/confirmation/                        in      302     302     302     302     302     302
GET  account_confirm_email                /compte/confirmation/abc/                    410     410     410     410     410     410     410
POST account_confirm_email                /compte/confirmation/abc/                    405     405     405     405     405     405     405
GET  account_inactive                     /compte/inactif/                             200     200     200     200     200     200     200
GET  account_reauthenticate               /compte/confirmer-identite/                  in      200     200     200     200     200     200
POST account_reauthenticate               /compte/confirmer-identite/                  in      200     200     200     200     200     200
GET  account_email                        /compte/adresses/                            in      200     200     200     200     200     200
POST account_email                        /compte/adresses/                            in      302     302     302     302     302     302
GET  account_change_password              /compte/mot-de-passe/                        in      200     200     200     200     200     200
POST account_change_password              /compte/mot-de-passe/                        in      200     200     200     200     200     200
GET  account_set_password                 /compte/mot-de-passe/definir/                in      302     302     302     302     302     302
POST account_set_password                 /compte/mot-de-passe/definir/                in      302     302     302     302     302     302
GET  account_reset_password               /compte/mot-de-passe/oublie/                 200     200     200     200     200     200     200
POST account_reset_password               /compte/mot-de-passe/oublie/                 200     200     200     200     200     200     200
GET  account_reset_password_done          /compte/mot-de-passe/oublie/envoye/          200     200     200     200     200     200     200
GET  account_reset_password_from_key      /compte/mot-de-passe/nouveau/1-abc/          410     410     410     410     410     410     410
POST account_reset_password_from_key      /compte/mot-de-passe/nouveau/1-set-password/ 410     410     410     410     410     410     410
GET  account_reset_password_from_key_done /compte/mot-de-passe/nouveau/fait/           200     200     200     200     200     200     200
"""

ADMIN = """
GET  wagtailadmin_home                  /admin/                                            in      403     403     200     403     403     200
GET  cohorts:index                      /admin/cohorts/                                    in      403     403     no      403     403     200
GET  cohorts:index_results              /admin/cohorts/results/                            in      403     403     no      403     403     200
GET  cohorts:add                        /admin/cohorts/new/                                in      403     403     no      403     403     200
POST cohorts:add                        /admin/cohorts/new/                                in      403     403     no      403     403     200
GET  cohorts:edit                       /admin/cohorts/edit/{cohort}/                      in      403     403     no      403     403     200
POST cohorts:edit                       /admin/cohorts/edit/{cohort}/                      in      403     403     no      403     403     200
GET  cohorts:edit                       /admin/cohorts/edit/{missing}/                     in      403     403     no      403     403     404
GET  cohorts:delete                     /admin/cohorts/delete/{cohort}/                    in      403     403     no      403     403     302
POST cohorts:delete                     /admin/cohorts/delete/{cohort}/                    in      403     403     no      403     403     302
GET  cohorts:history                    /admin/cohorts/history/{cohort}/                   in      403     403     no      403     403     200
GET  cohorts:history_results            /admin/cohorts/history-results/{cohort}/           in      403     403     no      403     403     200
GET  cohorts:usage                      /admin/cohorts/usage/{cohort}/                     in      403     403     no      403     403     200
GET  enrolments:index                   /admin/enrolments/                                 in      403     403     no      403     403     200
GET  enrolments:index_results           /admin/enrolments/results/                         in      403     403     no      403     403     200
GET  enrolments:add                     /admin/enrolments/new/                             in      403     403     no      403     403     no
POST enrolments:add                     /admin/enrolments/new/                             in      403     403     no      403     403     no
GET  enrolments:edit                    /admin/enrolments/edit/{enrolment}/                in      403     403     no      403     403     no
POST enrolments:edit                    /admin/enrolments/edit/{enrolment}/                in      403     403     no      403     403     no
GET  enrolments:delete                  /admin/enrolments/delete/{enrolment}/              in      403     403     no      403     403     no
POST enrolments:delete                  /admin/enrolments/delete/{enrolment}/              in      403     403     no      403     403     no
GET  enrolments:history                 /admin/enrolments/history/{enrolment}/             in      403     403     no      403     403     no
GET  enrolments:history_results         /admin/enrolments/history-results/{enrolment}/     in      403     403     no      403     403     no
GET  enrolments:usage                   /admin/enrolments/usage/{enrolment}/               in      403     403     no      403     403     no
GET  enrolments:inspect                 /admin/enrolments/inspect/{enrolment}/             in      403     403     no      403     403     200
GET  enrolments:inspect                 /admin/enrolments/inspect/{missing}/               in      403     403     404     403     403     404
GET  wagtail_bulk_action                /admin/bulk/learners/enrolment/move/?id={enrolment} in     403     403     no      403     403     200
POST wagtail_bulk_action                /admin/bulk/learners/enrolment/move/?id={enrolment} in     403     403     no      403     403     200
POST wagtail_bulk_action                /admin/bulk/learners/enrolment/withdraw/?id={enrolment} in 403     403     no      403     403     200
POST wagtail_bulk_action                /admin/bulk/learners/enrolment/restore/?id={enrolment} in  403     403     no      403     403     200
POST wagtail_bulk_action                /admin/bulk/learners/enrolment/extend/?id={enrolment} in   403     403     no      403     403     200
GET  accommodations:index               /admin/accommodations/                             in      403     403     no      403     403     200
GET  accommodations:index_results       /admin/accommodations/results/                     in      403     403     no      403     403     200
GET  accommodations:add                 /admin/accommodations/new/                         in      403     403     no      403     403     200
POST accommodations:add                 /admin/accommodations/new/                         in      403     403     no      403     403     200
GET  accommodations:edit                /admin/accommodations/edit/{accommodation}/        in      403     403     no      403     403     200
POST accommodations:edit                /admin/accommodations/edit/{accommodation}/        in      403     403     no      403     403     302
GET  accommodations:delete              /admin/accommodations/delete/{accommodation}/      in      403     403     no      403     403     no
POST accommodations:delete              /admin/accommodations/delete/{accommodation}/      in      403     403     no      403     403     no
GET  accommodations:history             /admin/accommodations/history/{accommodation}/     in      403     403     no      403     403     200
GET  accommodations:history_results     /admin/accommodations/history-results/{accommodation}/ in      403     403     no      403     403     200
GET  accommodations:usage               /admin/accommodations/usage/{accommodation}/       in      403     403     no      403     403     200
GET  accommodations:inspect             /admin/accommodations/inspect/{accommodation}/     in      403     403     no      403     403     200
GET  certificates:index                 /admin/certificates/                               in      403     403     no      403     403     200
GET  certificates:index_results         /admin/certificates/results/                       in      403     403     no      403     403     200
GET  certificates:add                   /admin/certificates/new/                           in      403     403     no      403     403     no
POST certificates:add                   /admin/certificates/new/                           in      403     403     no      403     403     no
GET  certificates:edit                  /admin/certificates/edit/{certificate}/            in      403     403     no      403     403     200
POST certificates:edit                  /admin/certificates/edit/{certificate}/            in      403     403     no      403     403     200
GET  certificates:delete                /admin/certificates/delete/{certificate}/          in      403     403     no      403     403     no
POST certificates:delete                /admin/certificates/delete/{certificate}/          in      403     403     no      403     403     no
GET  certificates:history               /admin/certificates/history/{certificate}/         in      403     403     no      403     403     200
GET  certificates:history_results       /admin/certificates/history-results/{certificate}/ in      403     403     no      403     403     200
GET  certificates:usage                 /admin/certificates/usage/{certificate}/           in      403     403     no      403     403     200
GET  certificates:inspect               /admin/certificates/inspect/{certificate}/         in      403     403     no      403     403     200
GET  regrades:index                     /admin/regrades/                                   in      403     403     200     403     403     200
GET  regrades:index_results             /admin/regrades/results/                           in      403     403     200     403     403     200
GET  regrades:add                       /admin/regrades/new/                               in      403     403     no      403     403     no
POST regrades:add                       /admin/regrades/new/                               in      403     403     no      403     403     no
GET  regrades:edit                      /admin/regrades/edit/{regrade}/                    in      403     403     no      403     403     no
POST regrades:edit                      /admin/regrades/edit/{regrade}/                    in      403     403     no      403     403     no
GET  regrades:delete                    /admin/regrades/delete/{regrade}/                  in      403     403     no      403     403     no
POST regrades:delete                    /admin/regrades/delete/{regrade}/                  in      403     403     no      403     403     no
GET  regrades:history                   /admin/regrades/history/{regrade}/                 in      403     403     no      403     403     no
GET  regrades:history_results           /admin/regrades/history-results/{regrade}/         in      403     403     no      403     403     no
GET  regrades:usage                     /admin/regrades/usage/{regrade}/                   in      403     403     no      403     403     no
GET  regrades:inspect                   /admin/regrades/inspect/{regrade}/                 in      403     403     200     403     403     200
GET  regrades:inspect                   /admin/regrades/inspect/{missing}/                 in      403     403     404     403     403     404
GET  letters:previews                   /admin/letters/previews/                           in      403     403     no      403     403     200
GET  letters:previews                   /admin/letters/previews/?kind=nothing              in      403     403     no      403     403     404
POST letters:previews                   /admin/letters/previews/                           in      403     403     no      403     403     404
GET  letters:preview_html               /admin/letters/previews/html/                      in      403     403     no      403     403     200
GET  letters:index                      /admin/letters/                                    in      403     403     no      403     403     200
GET  letters:index_results              /admin/letters/results/                            in      403     403     no      403     403     200
GET  letters:add                        /admin/letters/new/                                in      403     403     no      403     403     no
POST letters:add                        /admin/letters/new/                                in      403     403     no      403     403     no
GET  letters:edit                       /admin/letters/edit/{letter}/                      in      403     403     no      403     403     no
POST letters:edit                       /admin/letters/edit/{letter}/                      in      403     403     no      403     403     no
GET  letters:delete                     /admin/letters/delete/{letter}/                    in      403     403     no      403     403     no
POST letters:delete                     /admin/letters/delete/{letter}/                    in      403     403     no      403     403     no
GET  letters:history                    /admin/letters/history/{letter}/                   in      403     403     no      403     403     no
GET  letters:history_results            /admin/letters/history-results/{letter}/           in      403     403     no      403     403     no
GET  letters:usage                      /admin/letters/usage/{letter}/                     in      403     403     no      403     403     no
GET  letters:inspect                    /admin/letters/inspect/{letter}/                   in      403     403     no      403     403     200
GET  reminder_rules:index               /admin/reminder_rules/                             in      403     403     no      403     403     200
GET  reminder_rules:index_results       /admin/reminder_rules/results/                     in      403     403     no      403     403     200
GET  reminder_rules:add                 /admin/reminder_rules/new/                         in      403     403     no      403     403     200
POST reminder_rules:add                 /admin/reminder_rules/new/                         in      403     403     no      403     403     200
GET  reminder_rules:edit                /admin/reminder_rules/edit/{rule}/                 in      403     403     no      403     403     200
POST reminder_rules:edit                /admin/reminder_rules/edit/{rule}/                 in      403     403     no      403     403     200
GET  reminder_rules:delete              /admin/reminder_rules/delete/{rule}/               in      403     403     no      403     403     no
POST reminder_rules:delete              /admin/reminder_rules/delete/{rule}/               in      403     403     no      403     403     no
GET  reminder_rules:history             /admin/reminder_rules/history/{rule}/              in      403     403     no      403     403     200
GET  reminder_rules:history_results     /admin/reminder_rules/history-results/{rule}/      in      403     403     no      403     403     200
GET  reminder_rules:usage               /admin/reminder_rules/usage/{rule}/                in      403     403     no      403     403     200
GET  wagtailusers_users:index           /admin/users/                                      in      403     403     no      403     403     200
GET  wagtailusers_users:index_results   /admin/users/results/                              in      403     403     no      403     403     200
GET  wagtailusers_users:add             /admin/users/new/                                  in      403     403     no      403     403     200
POST wagtailusers_users:add             /admin/users/new/                                  in      403     403     no      403     403     200
GET  wagtailusers_users:edit            /admin/users/edit/{person}/                        in      403     403     no      403     403     200
POST wagtailusers_users:edit            /admin/users/edit/{person}/                        in      403     403     no      403     403     200
GET  wagtailusers_users:delete          /admin/users/delete/{person}/                      in      403     403     no      403     403     302
POST wagtailusers_users:delete          /admin/users/delete/{person}/                      in      403     403     no      403     403     302
GET  wagtailusers_users:history         /admin/users/history/{person}/                     in      403     403     no      403     403     200
GET  wagtailusers_users:history_results /admin/users/history-results/{person}/             in      403     403     no      403     403     200
GET  wagtailusers_users:usage           /admin/users/usage/{person}/                       in      403     403     no      403     403     200
GET  wagtailusers_users:copy            /admin/users/copy/{person}/                        in      403     403     no      403     403     200
GET  wagtailadmin_reports:site_history  /admin/reports/site-history/                       in      403     403     200     403     403     200
"""

BANK = """
GET  wagtailsnippets_courses_bankquestion:list                   /admin/snippets/courses/bankquestion/                                                        in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:list_results           /admin/snippets/courses/bankquestion/results/                                                in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:add                    /admin/snippets/courses/bankquestion/add/                                                    in  403 403 200 403 403 200
POST wagtailsnippets_courses_bankquestion:add                    /admin/snippets/courses/bankquestion/add/                                                    in  403 403 302 403 403 302
GET  wagtailsnippets_courses_bankquestion:edit                   /admin/snippets/courses/bankquestion/edit/{question}/                                        in  403 403 200 403 403 200
POST wagtailsnippets_courses_bankquestion:edit                   /admin/snippets/courses/bankquestion/edit/{question}/                                        in  403 403 302 403 403 302
GET  wagtailsnippets_courses_bankquestion:edit                   /admin/snippets/courses/bankquestion/edit/{missing}/                                         in  403 403 404 403 403 404
GET  wagtailsnippets_courses_bankquestion:delete                 /admin/snippets/courses/bankquestion/delete/{question}/                                      in  403 403 no  403 403 200
POST wagtailsnippets_courses_bankquestion:delete                 /admin/snippets/courses/bankquestion/delete/{question}/                                      in  403 403 no  403 403 302
GET  wagtailsnippets_courses_bankquestion:usage                  /admin/snippets/courses/bankquestion/usage/{question}/                                       in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:history                /admin/snippets/courses/bankquestion/history/{question}/                                     in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:history_results        /admin/snippets/courses/bankquestion/history-results/{question}/                             in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:preview_on_add         /admin/snippets/courses/bankquestion/preview/                                                in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:preview_on_edit        /admin/snippets/courses/bankquestion/preview/{question}/                                     in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:revisions_view         /admin/snippets/courses/bankquestion/history/{question}/revisions/{revision}/view/           in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:revisions_revert       /admin/snippets/courses/bankquestion/history/{question}/revisions/{revision}/revert/         in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:revisions_compare      /admin/snippets/courses/bankquestion/history/{question}/revisions/compare/earliest...latest/ in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:revisions_unschedule   /admin/snippets/courses/bankquestion/history/{question}/revisions/{revision}/unschedule/     in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:unpublish              /admin/snippets/courses/bankquestion/unpublish/{question}/                                   in  403 403 200 403 403 200
POST wagtailsnippets_courses_bankquestion:unpublish              /admin/snippets/courses/bankquestion/unpublish/{question}/                                   in  403 403 302 403 403 302
GET  wagtailsnippets_courses_bankquestion:import                 /admin/snippets/courses/bankquestion/import/                                                 in  403 403 200 403 403 200
POST wagtailsnippets_courses_bankquestion:import                 /admin/snippets/courses/bankquestion/import/                                                 in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:export                 /admin/snippets/courses/bankquestion/export/                                                 in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:export                 /admin/snippets/courses/bankquestion/export/?vers=gift                                       in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:export                 /admin/snippets/courses/bankquestion/export/?quiz={quiz}                                     in  403 403 200 403 403 200
GET  wagtailsnippets_courses_bankquestion:export                 /admin/snippets/courses/bankquestion/export/?quiz={missing}                                  in  403 403 404 403 403 404
GET  wagtailsnippetchoosers_courses_bankquestion:choose          /admin/snippets/choose/courses/bankquestion/                                                 in  403 403 200 403 403 200
GET  wagtailsnippetchoosers_courses_bankquestion:choose_results  /admin/snippets/choose/courses/bankquestion/results/                                         in  403 403 200 403 403 200
GET  wagtailsnippetchoosers_courses_bankquestion:chosen          /admin/snippets/choose/courses/bankquestion/chosen/{question}/                               in  403 403 200 403 403 200
GET  wagtailsnippetchoosers_courses_bankquestion:chosen_multiple /admin/snippets/choose/courses/bankquestion/chosen-multiple/?id={question}                   in  403 403 200 403 403 200
GET  wagtailsnippetchoosers_courses_bankquestion:create          /admin/snippets/choose/courses/bankquestion/create/                                          in  403 403 200 403 403 200
"""


@dataclass
class Row:
    """One line of the table."""

    method: str
    name: str
    address: str
    expected: dict


def rows_of(table):
    """The lines of a table."""
    for line in table.strip().splitlines():
        method, name, address, *statuses = line.split()
        yield Row(method, name, address, dict(zip(ROLES, statuses, strict=True)))


@made_once
def world(published):
    """People of each role, and what belongs to them; each name is a mark that can be looked for."""
    site, track = published
    admin = User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand")
    instructor = make_person("helene@example.org", first_name="Hélène", last_name="Marchetti")
    instructor.groups.add(roles.instructors())
    people = {"visitor": None, "admin": admin, "instructor": instructor}
    for role, name in (
        ("owner", "Zulmabelle"),
        ("other", "Hippolyte"),
        ("manager", "Mirabelle"),
        ("rival", "Rodolphe"),
    ):
        people[role] = make_person(
            f"{name.lower()}@example.org", password="un secret", first_name=name, last_name=f"{name}sen"
        )
    for role in ("manager", "rival"):
        people[role].groups.add(roles.managers())
    for role in ("admin", "instructor"):
        people[role].set_password("un secret")
        people[role].save()
    cohorts = {
        "owner": make_cohort(track, lead=people["manager"], name="Cohorte-M"),
        "other": make_cohort(track, lead=people["rival"], name="Cohorte-R"),
    }
    second = make_track(site, slug="decideurs", modules=((1, False),))
    alone = make_track(site, slug="catalyseurs", modules=((1, False), (1, False)))
    take_alone(alone)
    for role in ("owner", "other"):
        finish(enrol(people[role], alone), steps=1)
    for role in ("owner", "other"):
        row = finish(enrol(people[role], track, cohort=cohorts[role]), steps=2)
        quiz = row.track.get_descendants().get(slug="quiz-1")
        sent = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
        attempts.submit(attempt_pk=sent.pk, responses={}, at=NOW, allow_blank=True)
        attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
        finish(enrol(people[role], second))
    session = make_lesson(track.get_children().last(), title="Séance", completion="attended", required=False)
    owner = people["owner"]
    own = Attempt.objects.filter(enrolment__person=owner)
    letters = Letter.objects.filter(person=owner)
    question = bank_question(single("A"), title="Une question")
    invitation = invitations.invite(cohort=cohorts["owner"], by=people["manager"], at=NOW)
    hall = make_cohort(second, name="Cohorte-O")
    Cohort.objects.filter(pk=hall.pk).update(open_to_all=True)
    gone = enrol(make_person("gone@example.org", first_name="Zulmabelle"), track, cohort=cohorts["owner"])
    Enrolment.objects.filter(pk=gone.pk).update(withdrawn_at=NOW)
    pair = Pair.objects.create(cohort=cohorts["owner"], made_at=NOW, made_by=people["manager"])
    # Fuller than its seats: whoever leaves it changes nobody else's wait.
    following = enrol(make_person("next@example.org", first_name="Zulmabelle"), track, cohort=cohorts["owner"])
    attested = certificates.issue(following, at=NOW)
    Cohort.objects.filter(pk=cohorts["owner"].pk).update(seats=1)
    queued = make_person("queued@example.org", first_name="Zulmabelle")
    place = WaitingPlace.objects.create(cohort=cohorts["owner"], person=queued, asked_at=NOW)
    values = {
        "session": session.pk,
        "enrolment": Enrolment.objects.get(person=owner, track=track).pk,
        "invitation": invitation.pk,
        "allowance": Allowance.objects.create(
            enrolment=Enrolment.objects.get(person=owner, track=track),
            kind="open",
            page_id=track.pk,
            comment="Accord",
            granted_at=NOW,
            granted_by=people["manager"],
        ).pk,
        "joining": invitations.invite(cohort=hall, by=people["admin"], at=NOW).code,
        "open_cohort": hall.pk,
        "gone": gone.pk,
        "pair": pair.pk,
        "place": place.pk,
        "sent": own.get(number=1).pk,
        "open": own.get(number=2).pk,
        "other_enrolment": people["other"].enrolments.get(track=track).pk,
        "cohort": cohorts["owner"].pk,
        "rival_cohort": cohorts["other"].pk,
        "code": Certificate.objects.get(enrolment__person=owner).code,
        "certificate": Certificate.objects.get(enrolment__person=owner).pk,
        "attested": attested.pk,
        "attested_code": attested.code,
        "accommodation": accommodations.grant(person=owner, extra_percent=33, by=admin, at=NOW).pk,
        "question": question.pk,
        "revision": question.latest_revision_id,
        "own_rule": ReminderRule.objects.create(track=track, cohort=cohorts["owner"], kind="closing", delay=2).pk,
        "rule": ReminderRule.objects.create(track=track, kind="inactive", delay=8).pk,
        "letter": letters.get(kind="certificate").pk,
        "regrade": Regrade.objects.create(
            answer=Answer.objects.filter(attempt__in=own).first(),
            at=NOW,
            by=admin,
            why="Le corrigé était faux.",
            before=0,
            after=1,
            passed_before=False,
            passed_after=True,
        ).pk,
        "token": token_for(owner.pk, "reminder"),
        "person": owner.pk,
        "lesson": track.get_descendants().get(slug="lecon-12").pk,
        "locked": track.get_descendants().get(slug="lecon-21").pk,
        "quiz": track.get_descendants().get(slug="quiz-1").pk,
        "message": messages.compose(
            cohort=cohorts["owner"],
            by=people["manager"],
            subject="Rendez-vous",
            text="Bonjour {prénom}",
            due_at=NOW + timedelta(days=30),
            at=NOW,
        ).pk,
        "missing": 999_999,
    }
    return people, values


ROWS = [row for table in (READING, LEARNING, ACCOUNT, ADMIN, BANK) for row in rows_of(table)]

# Whose names each role may read; the check of an attestation tells its holder to whoever has the code.
MAY_READ = {
    "visitor": set(),
    "owner": {"Zulmabelle"},
    "other": {"Hippolyte"},
    "instructor": set(),
    "manager": {"Mirabelle", "Zulmabelle"},
    "rival": {"Rodolphe", "Hippolyte"},
    "admin": {"Zulmabelle", "Hippolyte", "Mirabelle", "Rodolphe"},
}
PUBLIC_WITH_CODE = {"lms:certificate", "lms:certificate_pdf", "lms:badge"}
# What the token of a letter allows to whoever holds it.
BY_TOKEN = {"lms:unsubscribe", "lms:resubscribe"}
# A form without fields: its button ends an accommodation, or decides about a cohort, for these roles.
LEADING = {"manager", "admin"}
BY_BUTTON = {
    "accommodations:edit": {"admin"},
    "lms:cancel_message": LEADING,
    "lms:send_attestation_again": LEADING,
    "lms:revoke_invitation": LEADING,
    "lms:give_seat": LEADING,
    "lms:remove_waiting": LEADING,
    "lms:unpair": LEADING,
    "lms:end_allowance": LEADING,
}


# A form of the CMS says how many blocks its stream has.
NO_BLOCK = {"question-count": "0"}


def outcome(response):
    """The word of the table for this response."""
    if response.status_code != 302:
        return str(response.status_code)
    return {"/compte/connexion/": "in", "/admin/": "no"}.get(response["Location"].partition("?")[0], "302")


def everything():
    """All the rows about people, as plain values."""
    models = (
        User,
        Enrolment,
        Completion,
        Attempt,
        Answer,
        Certificate,
        Cohort,
        CohortLead,
        Letter,
        OptOut,
        Accommodation,
        Allowance,
        Invitation,
        Pair,
        WaitingPlace,
        Message,
    )
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_each_role_as_the_table_says_and_shows_nobody_else(world, role):
    people, values = world
    client = Client()
    if people[role]:
        client.force_login(people[role])
    before = everything()
    got, shown, changed = {}, {}, set()

    for row in ROWS:
        browser = Client()
        browser.cookies.update(client.cookies)
        with transaction.atomic():
            address = row.address.format(**values)
            response = browser.post(address, NO_BLOCK) if row.method == "POST" else browser.get(address)
            allowed_to = row.name in BY_TOKEN or role in BY_BUTTON.get(row.name, ())
            after = everything() if row.method == "POST" and not allowed_to else before
            transaction.set_rollback(True)
        body = b"".join(response) if response.streaming else response.content
        text = (body.decode(errors="replace") + response.get("Location", "")).lower()
        allowed = MAY_READ[role] | ({"Zulmabelle"} if row.name in PUBLIC_WITH_CODE else set())
        key = f"{row.method} {row.address}"
        got[key] = outcome(response)
        shown[key] = {name for name in MAY_READ["admin"] if name.lower() in text} - allowed
        if people[role] is None and after != before:
            changed.add(key)
        if people[role] and others(after, people[role]) != others(before, people[role]):
            changed.add(key)

    assert got == {f"{row.method} {row.address}": row.expected[role] for row in ROWS}
    assert {key: names for key, names in shown.items() if names} == {}
    assert changed == set()


def others(rows, person):
    """These rows without those of this person."""
    own = {row["id"] for row in rows["Enrolment"] if row["person_id"] == person.pk}
    attempted = {row["id"] for row in rows["Attempt"] if row["enrolment_id"] in own}
    return [
        row
        for model, lines in rows.items()
        for row in lines
        if row.get("person_id", 0) != person.pk
        and row.get("enrolment_id", 0) not in own
        and row.get("attempt_id", 0) not in attempted
        and (model != "User" or row["id"] != person.pk)
    ]


def names_under(resolver, namespace=""):
    """The full names of the addresses of a resolver; an address without a name gives its pattern."""
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from names_under(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        else:
            yield f"{namespace}{one.name}" if one.name else str(one.pattern)


# Redirects to the site's sign-in, and what Wagtail's walk (test_secrecy) covers.
ELSEWHERE = {"admin/login/", "_util/login/"}
OURS = (
    "cohorts:",
    "reminder_rules:",
    "enrolments:",
    "accommodations:",
    "certificates:",
    "regrades:",
    "letters:",
    "wagtailusers_users:",
    "wagtailsnippets_courses_bankquestion:",
    "wagtailsnippetchoosers_courses_bankquestion:",
)


def test_every_address_has_a_row():
    whole = get_resolver()
    admin = next(one for one in whole.url_patterns if str(one.pattern) == "admin/" and hasattr(one, "url_patterns"))
    in_admin = set(names_under(admin))
    known = (set(names_under(whole)) - in_admin) | {name for name in in_admin if name.startswith(OURS)}
    listed = {row.name for row in ROWS}

    assert known - listed - ELSEWHERE == set()
    assert listed - known == {"wagtailadmin_home", "wagtailadmin_reports:site_history", "wagtail_bulk_action"}


def test_each_row_is_at_the_address_that_it_names(world):
    _, values = world

    named = {}
    for row in ROWS:
        match = resolve(row.address.format(**values).partition("?")[0])
        named[row.address, row.name] = match.view_name

    moved = {"/_util/login/"}  # taken over by a redirect, which has no name
    assert {key: name for key, name in named.items() if name != key[1] and key[0] not in moved} == {}


def test_each_lead_reads_their_own_learners_and_no_other(world):
    people, values = world
    read = {}
    for role, cohort in (("manager", "cohort"), ("rival", "rival_cohort")):
        client = Client()
        client.force_login(people[role])
        board = client.get(f"/cohortes/{values[cohort]}/").text
        export = b"".join(client.get(f"/cohortes/{values[cohort]}/export.csv")).decode()
        read[role] = [[name in text for name in ("Zulmabelle", "Hippolyte")] for text in (board, export)]

    assert read == {"manager": [[True, False]] * 2, "rival": [[False, True]] * 2}


def test_an_instructor_reads_no_name_of_a_learner_in_the_log_of_the_site(world):
    people, _ = world
    client = Client()
    client.force_login(people["admin"])
    certificate = Certificate.objects.get(enrolment__person=people["owner"])
    client.post(f"/admin/certificates/edit/{certificate.pk}/", {"revoked_reason": "Erreur sur Zulmabelle"})
    certificate.refresh_from_db()
    assert certificate.revoked_reason == "Erreur sur Zulmabelle"

    client.force_login(people["instructor"])
    assert "Zulmabelle" not in client.get("/admin/reports/site-history/").text
    assert certificate.code not in client.get("/admin/reports/site-history/").text
