"""One question of each type, as a content file writes them; and questions of the bank."""

from functools import cache

from courses import questionnaires
from courses.manuscripts import read_yaml
from courses.models import BankQuestion
from courses.versions import frozen_question

SAMPLES = """
- id: choix-unique
  type: choix-unique
  question: Que dit l’ODD 17 ?
  choix: [{texte: Coopérer, juste: oui}, {texte: Rivaliser, commentaire: C’est l’inverse.}, {texte: Attendre}]
  indices: [Pensez à « partenariats ».]
  explication: Les partenariats.
- id: choix-multiples
  type: choix-multiples
  question: Qui peut entrer dans une alliance ?
  bareme: sans-erreur
  points: 2
  choix: [{texte: Une association, juste: oui}, {texte: Une commune, juste: oui}, {texte: Personne}]
  explication: Tout le monde.
- id: vrai-faux
  type: vrai-faux
  question: L’égalité des apports est obligatoire.
  reponse: faux
  explication: La réciprocité suffit.
- id: reponse-courte
  type: reponse-courte
  question: Comment s’appelle la personne qui relie ?
  reponses: [Catalyseur, Catalyseur d’alliances]
  explication: Le catalyseur.
- id: nombre
  type: nombre
  question: Quelle part des dons ?
  reponse: 12,5
  tolerance: 0,5
  unites: ["%", pour cent]
  explication: Une sur huit.
- id: association
  type: association
  question: Qui apporte quoi ?
  paires:
    - {element: Le garage, avec: l’entretien}
    - {element: La commune, avec: l’assurance}
    - {element: Le club, avec: le minibus}
  intrus: [la lune]
  explication: Chacun son apport.
- id: remise-en-ordre
  type: remise-en-ordre
  question: Dans quel ordre ?
  elements: [écouter, réunir, agir, évaluer]
  explication: On écoute d’abord.
- id: classement
  type: classement
  question: Quelle forme de partenariat ?
  categories:
    - {categorie: Mécénat, elements: [un don, un prêt de salle]}
    - {categorie: Coopération, elements: [un projet commun, une vente à deux]}
  explication: La contrepartie fait la différence.
- id: texte-a-trous
  type: texte-a-trous
  question: Complétez.
  texte: "Une {{alliance | coalition}} réunit des acteurs {{ différents | ~ identiques | ~ absents }}."
  explication: Leur diversité fait leur force.
- id: relue
  type: reponse-ouverte
  question: Racontez une rencontre.
  criteres: [{critere: Un fait, points: 2}, {critere: Ce que vous en tirez}]
  modele: Un récit court.
  explication: Le récit compte.
- id: comparee
  type: reponse-ouverte
  question: Que feriez-vous ?
  relecture: soi-meme
  modele: Aller voir.
  explication: Il n’y a pas qu’une réponse.
- id: avis
  type: avis
  question: Êtes-vous à l’aise ?
  choix: [Oui, Pas encore]
"""


def every_block():
    """The StreamField values of one question of each type."""
    return [
        {"type": kind, "value": value, "id": pk}
        for kind, value, pk in (
            questionnaires.read_question(question, "essai.yaml") for question in read_yaml(SAMPLES, "essai.yaml")
        )
    ]


@cache
def every_question():
    """The same, frozen."""
    return [frozen_question(block) for block in every_block()]


def sample(kind, **changes):
    """The frozen sample of that type, with these fields changed."""
    found = next(question for question in every_question() if question.kind == kind)
    return found.model_copy(update=changes)


def bank_question(block, *, title="Une question", tags=(), live=True, **fields):
    """A question of the bank, published unless told otherwise."""
    row = BankQuestion(title=title, question=[block], live=False, **fields)
    row.save()
    row.tags.add(*tags)
    row.save()
    revision = row.save_revision()
    if live:
        revision.publish()
    row.refresh_from_db()
    return row
