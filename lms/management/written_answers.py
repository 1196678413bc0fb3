"""What the demonstration people wrote, and what their reader said of it: by the file and the name of the question."""

from dataclasses import dataclass

from courses.manuscripts import identity


@dataclass(frozen=True)
class Written:
    """A text, the points that each criterion earns in order, and the comment of whoever read it."""

    text: str
    points: tuple[int, ...] = ()
    comment: str = ""


# The first of each question is the best.
WRITTEN = {
    identity("chefs-de-projet/02-preparer/09-quiz.yaml", "demande-precise"): (
        Written(
            "Nous prêtons déjà deux voitures à des salariés de nuit et nous voudrions passer à quatre de février à "
            "juillet. Pourriez-vous nous réserver quatre places près du poste de garde, et présenter le prêt aux "
            "nouveaux embauchés ? Ils pourraient garder leur poste au-delà de la période d’essai, ce qui vous "
            "intéresse autant que nous. Dites-nous ce que vous aimeriez mesurer, nous le suivrons ensemble.",
            (1, 1),
            "Tout y est : quoi, combien, quand, et une vraie question posée à l’usine. Gardez la dernière phrase pour "
            "vos propres demandes.",
        ),
        Written(
            "Bonjour, le garage solidaire souhaite mettre trois voitures à la disposition de vos équipes de nuit à "
            "partir de mars, pendant six mois. Il nous faudrait trois emplacements éclairés sur votre parking et "
            "l’accord du service du personnel pour afficher une annonce. Cela éviterait des refus de poste.",
            (1, 0),
            "La demande est nette et se vérifie. Il manque la place de l’usine : qu’y gagne-t-elle, et qu’aura-t-elle "
            "à décider ? Une phrase suffit.",
        ),
        Written(
            "Nous aimerions construire un partenariat gagnant avec votre entreprise autour de la mobilité. Notre "
            "garage a beaucoup d’expérience et nous sommes convaincus que vous êtes sensibles à ces questions. "
            "Seriez-vous d’accord pour nous aider ?",
            (0, 0),
            "Le ton est chaleureux, mais l’usine ne sait pas à quoi elle dirait oui. Reprenez en quatre temps : quoi, "
            "combien, quand, pour permettre quoi.",
        ),
        Written(
            "Vous perdez des salariés de nuit avant six mois, nous avons des voitures qui dorment. Si vous payez "
            "l’assurance, nous prêtons. Vous choisissez les personnes avec nous et on regarde en septembre si les "
            "départs ont baissé.",
            (0, 1),
            "Vous partez de ce qui compte pour l’usine, c’est la bonne entrée. Précisez combien de voitures et jusqu’à "
            "quand, sinon elle ne peut pas vous répondre.",
        ),
    ),
    identity("chefs-de-projet/03-construire/09-quiz.yaml", "revue-a-mi-parcours"): (
        Written(
            "Je distribue une feuille avec les faits : nombre de prêts, kilomètres, paroles recueillies. On la lit "
            "sans commenter. Puis chacun dit comment il vit la relation, l’usine en premier puisqu’elle veut partir. "
            "Ensuite seulement, je demande si l’on continue, si l’on change ou si l’on arrête. Si c’est non, on se "
            "donne six semaines et une personne du garage appelle chacun des conducteurs.",
            (1, 1),
            "L’ordre est tenu et les conducteurs ne l’apprendront pas par une affiche. Bravo pour l’usine écoutée "
            "en premier.",
        ),
        Written(
            "Je demande d’abord à l’usine pourquoi elle veut arrêter. On en discute, puis on regarde les chiffres des "
            "prêts. Si elle maintient sa décision, le garage prévient les salariés et laisse les voitures jusqu’à la "
            "fin du mois, le temps de trouver autre chose.",
            (0, 1),
            "Les personnes sont bien protégées. En commençant par la décision, vous risquez pourtant un procès : "
            "posez les faits d’abord, la discussion s’apaise.",
        ),
        Written(
            "On commence par les faits, on fait un tour de table sur la relation, on termine par la suite. L’usine "
            "explique son choix à ce moment-là.",
            (1, 0),
            "L’ordre est juste. Et celles et ceux qui ont une voiture aujourd’hui ? Dites ce qui se passe pour eux si "
            "l’usine s’en va.",
        ),
    ),
    identity("chefs-de-projet/04-piloter-et-evaluer/09-quiz.yaml", "mon-indicateur"): (
        Written(
            "Nombre d’ateliers où au moins deux habitants ont proposé un sujet. La bibliothèque le note après chaque "
            "séance. S’il tombe à zéro deux fois de suite, on va chercher les sujets au marché."
        ),
        Written("Part des actions qui ont un porteur. Si elle baisse, on en supprime."),
    ),
}
