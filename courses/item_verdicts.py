"""What the figures of a question suggest, in plain French, the most useful first.

The readings of the facility and of the discrimination index follow the guidance that Moodle
publishes (docs.moodle.org, « Quiz report statistics »). What chance alone would often do is either
not said, or said with its doubt: the interval decides, not the index.
"""

from courses.item_analysis import ENOUGH_FOR_DISCRIMINATION, ENOUGH_FOR_FACILITY, fisher

HARD, EASY = 0.3, 0.95
WEAK, ADEQUATE = 20, 30  # of the discrimination index; below zero, something is probably wrong


def verdict_of(item):
    """The sentences about these ItemFigures; none when there is nothing to say."""
    if not item.scored:
        return []
    if item.facility is None:
        return [*_waiting(item), *_too_few(item)]
    return [*_against(item), *_question(item), *_answers(item), *_waiting(item), *_to_confirm(item)]


def _against(item):
    if item.discrimination is None or item.discrimination >= 0:
        return
    if item.discrimination_high < 0:
        yield (
            "À revoir d’abord : celles et ceux qui réussissent le reste du quiz se trompent ici plus que les autres. "
            "La réponse attendue est-elle la bonne ?"
        )
    else:
        yield (
            "Peut-être à revoir : jusqu’ici, celles et ceux qui réussissent le reste se trompent plus que les autres, "
            f"mais {item.count} réponses ne suffisent pas à l’affirmer."
        )


def _question(item):
    index = item.discrimination
    if item.facility < HARD:
        yield "Très difficile : moins de 30 % de réussite. L’énoncé est-il clair, et la leçon y prépare-t-elle ?"
    elif item.facility > EASY:
        yield "Presque tout le monde répond juste : la question rassure, mais n’apprend rien sur les acquis."
    elif index is not None and 0 <= index < WEAK and item.discrimination_high < ADEQUATE:
        yield "Elle distingue peu celles et ceux qui maîtrisent le sujet : précisez l’énoncé ou les réponses proposées."


def _answers(item):
    wrong = [choice for choice in item.choices if not choice.correct]
    right = [choice for choice in item.choices if choice.correct]
    for choice in wrong:
        if len(right) == 1 and choice.count > right[0].count and choice.count == max(one.count for one in wrong):
            yield (
                f"La réponse {choice.letter}, fausse, est choisie plus souvent que la bonne : "
                "reprenez ce point dans la leçon ou dans l’explication."
            )
        if choice.point_biserial is not None and fisher(100 * choice.point_biserial, item.met)[0] > 0:
            yield (
                f"La réponse {choice.letter}, comptée fausse, attire les personnes qui réussissent le reste : "
                "est-elle vraiment fausse ?"
            )
    # « Vrai » or « Faux » cannot be replaced.
    unused = [choice.letter for choice in wrong if not choice.count]
    if unused and len(item.choices) > 2 and item.met >= ENOUGH_FOR_DISCRIMINATION:
        yield (
            f"La réponse {unused[0]} n’est jamais choisie : remplacez-la par une erreur plus plausible."
            if len(unused) == 1
            else f"Les réponses {', '.join(unused[:-1])} et {unused[-1]} ne sont jamais choisies : "
            "remplacez-les par des erreurs plus plausibles."
        )


def _waiting(item):
    if item.waiting == 1:
        yield "Une réponse attend une relecture : elle ne compte pas encore."
    elif item.waiting:
        yield f"{item.waiting} réponses attendent une relecture : elles ne comptent pas encore."


def _too_few(item):
    yield f"Trop peu de réponses pour conclure ({item.count}) : il en faut {ENOUGH_FOR_FACILITY}."


def _to_confirm(item):
    if item.count < ENOUGH_FOR_DISCRIMINATION:
        yield f"À confirmer : {item.count} réponses seulement, il en faut {ENOUGH_FOR_DISCRIMINATION} pour en juger."
