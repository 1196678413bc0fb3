"""The evidence pack of a cohort, for funders and audits: what was followed, by whom, with which results."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone

from courses.outline import outline_by_pk
from courses.typography import jour
from learners import evidence_rows
from learners.spreadsheets import Column, csv_lines


@dataclass(frozen=True)
class Part:
    """One file of the pack: its columns, its rows, read as they leave, and what it holds in a sentence."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Iterable = field(repr=False)


def write_pack(file, cohort, *, now):
    """Write the pack into the file as a ZIP; returns its manifest. As many queries for one learner as for thousands.

    Only one row of a table is in memory at a time. The figures of the manifest are counted in the rows that leave.
    """
    outline = outline_by_pk(cohort.track_id)
    counts: dict[str, int] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as pack:
        files = [_write(pack, part, zone=cohort.zone) for part in parts_of(cohort, outline, counts)]
        readme = readme_of(cohort, files, now=now).encode()
        pack.writestr("README.txt", readme)
        files.append(_described("README.txt", readme))
        manifest = manifest_of(cohort, files, counts, now=now)
        pack.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    return manifest


def parts_of(cohort, outline, counts):
    """The parts of the pack, in order; ``counts`` grows as their rows are read."""
    return (
        Part(
            "programme.csv",
            "Le parcours : modules, étapes, durées, version publiée.",
            evidence_rows.PROGRAMME,
            evidence_rows.programme(outline),
        ),
        Part(
            "inscriptions.csv",
            "Les personnes inscrites, retraits compris.",
            evidence_rows.ENROLMENTS,
            counted(evidence_rows.enrolments(cohort, outline), counts, evidence_rows.ENROLMENT_FIGURES),
        ),
        Part(
            "activite.csv",
            "Chaque étape terminée, avec sa date ; pour une présence, qui l’a relevée.",
            evidence_rows.ACTIVITY,
            counted(evidence_rows.completions(cohort), counts, evidence_rows.COMPLETION_FIGURES),
        ),
        Part(
            "resultats.csv",
            "Chaque tentative envoyée à un quiz : score et réussite, jamais les réponses.",
            evidence_rows.RESULTS,
            counted(evidence_rows.attempts(cohort), counts, evidence_rows.ATTEMPT_FIGURES),
        ),
        Part(
            "attestations.csv",
            "Les attestations délivrées, de parcours ou d’un module, et celles qui ont été révoquées.",
            evidence_rows.CERTIFICATES,
            counted(evidence_rows.certificates(cohort), counts, evidence_rows.CERTIFICATE_FIGURES),
        ),
        Part(
            "satisfaction.csv",
            f"Les avis, regroupés par question ; cachés en dessous de {evidence_rows.ENOUGH} personnes.",
            evidence_rows.SATISFACTION,
            evidence_rows.satisfaction(cohort),
        ),
    )


def counted(rows, counts, figures):
    """The rows as they come, while these figures are counted."""
    counts.update(dict.fromkeys(figures, 0))
    for row in rows:
        for name, holds in figures.items():
            counts[name] += bool(holds(row))
        yield row


# ---------------------------------------------------------------- the files


def _write(pack, part, *, zone):
    """Write one part line by line; returns its description."""
    digest, size, lines = hashlib.sha256(), 0, 0
    with pack.open(part.name, "w") as entry:
        for line in csv_lines(part.columns, part.rows, zone=zone):
            data = line.encode()
            entry.write(data)
            digest.update(data)
            size += len(data)
            lines += 1
    return {
        "name": part.name,
        "about": part.about,
        "sha256": digest.hexdigest(),
        "bytes": size,
        "rows": lines - 1,
    }


def _described(name, content):
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def manifest_of(cohort, files, counts, *, now):
    """What the pack says of itself: each file with its hash, and the figures of the cohort."""
    return {
        "generated_at": timezone.localtime(now, cohort.zone).isoformat(timespec="seconds"),
        "cohort": {
            "id": cohort.pk,
            "name": cohort.name,
            "track": cohort.track.title,
            "opens_on": cohort.opens_on.isoformat(),
            "closes_on": cohort.closes_on.isoformat() if cohort.closes_on else None,
            "time_zone": cohort.time_zone,
        },
        "figures": counts,
        "files": files,
    }


def readme_of(cohort, files, *, now):
    """What is in the pack, in French, for somebody who never saw the site."""
    local = timezone.localtime(now, cohort.zone)
    until = f" au {jour(cohort.closes_on)}" if cohort.closes_on else ""
    listed = "\n".join(f"- {one['name']} ({one['rows']} lignes) : {one['about']}" for one in files)
    return README.format(
        cohort=cohort.name,
        track=cohort.track.title,
        dates=f"{jour(cohort.opens_on)}{until}",
        made=f"{jour(local)} à {local:%H:%M}",
        zone=cohort.get_time_zone_display(),
        files=listed,
        enough=evidence_rows.ENOUGH,
    )


README = """Dossier de preuves

Cohorte : {cohort}
Parcours : {track}
Dates : du {dates}
Dossier fait le {made}, heure de {zone}. Toutes les dates sont à cette heure.

Ce que contient ce dossier

{files}
- manifest.json : l’empreinte SHA-256, la taille et le nombre de lignes de chaque fichier, et les totaux.

Les fichiers CSV s’ouvrent dans un tableur : encodage UTF-8, colonnes séparées par des points-virgules.
Une apostrophe devant un texte empêche le tableur de le prendre pour une formule.

Définitions

- Inscription : une personne suit le parcours dans cette cohorte. Qui s’est retiré y figure, avec la date du retrait.
  Le numéro d’inscription relie les fichiers entre eux. Les membres de l’équipe ne sont pas comptés.
- Étape obligatoire : étape publiée qui mène à l’attestation.
- Terminé : toutes les étapes obligatoires ont été terminées à cette date.
- Attestation d’un module : suivi de ce seul module ; elle ne compte pas parmi les attestations du parcours.
- Score : points obtenus sur points possibles de la tentative, tels qu’ils sont après d’éventuelles corrections.
- Réussie : « oui » ou « non » quand le quiz demande un seuil ; vide sinon, ou tant qu’une relecture est attendue.
- Avis : la dernière réponse de chaque personne ; rien n’est détaillé en dessous de {enough} personnes.

Données personnelles

Ce dossier nomme des personnes. Transmettez-le seulement à qui doit le lire, par un moyen sûr, et effacez-le quand il
n’est plus nécessaire. Les réponses aux quiz et les journaux personnels n’y sont pas.
"""
