"""Territory: where somebody lives, which gives the hour on their wall and the days on which nobody works."""

from zoneinfo import ZoneInfo

from django.db import models


class TimeZone(models.TextChoices):
    """Where the people of a cohort live: their days begin at their own midnight."""

    PARIS = "Europe/Paris", "Hexagone et Corse"
    GUADELOUPE = "America/Guadeloupe", "Guadeloupe"
    MARTINIQUE = "America/Martinique", "Martinique"
    GUYANE = "America/Cayenne", "Guyane"
    REUNION = "Indian/Reunion", "La Réunion"
    MAYOTTE = "Indian/Mayotte", "Mayotte"
    SAINT_PIERRE = "America/Miquelon", "Saint-Pierre-et-Miquelon"
    SAINT_BARTHELEMY = "America/St_Barthelemy", "Saint-Barthélemy"
    SAINT_MARTIN = "America/Marigot", "Saint-Martin"
    POLYNESIA = "Pacific/Tahiti", "Polynésie française"
    CALEDONIA = "Pacific/Noumea", "Nouvelle-Calédonie"
    WALLIS = "Pacific/Wallis", "Wallis-et-Futuna"


class Territory(models.TextChoices):
    """Where public holidays differ; the values are the names that their calendar gives to these places."""

    METROPOLE = "FR", "Hexagone et Corse"
    ALSACE_MOSELLE = "6AE", "Alsace et Moselle"
    GUADELOUPE = "971", "Guadeloupe"
    MARTINIQUE = "972", "Martinique"
    GUYANE = "973", "Guyane"
    REUNION = "974", "La Réunion"
    MAYOTTE = "976", "Mayotte"
    SAINT_PIERRE = "PM", "Saint-Pierre-et-Miquelon"
    SAINT_BARTHELEMY = "BL", "Saint-Barthélemy"
    SAINT_MARTIN = "MF", "Saint-Martin"
    POLYNESIA = "PF", "Polynésie française"
    CALEDONIA = "NC", "Nouvelle-Calédonie"
    WALLIS = "WF", "Wallis-et-Futuna"

    @property
    def zone(self):
        """The hour on the wall there. Alsace and Moselle differ by their holidays alone."""
        return ZoneInfo(TimeZone[self.name] if self.name in TimeZone.__members__ else TimeZone.PARIS)

    @classmethod
    def at(cls, time_zone, *, alsace_moselle=False):
        """The territory of a cohort."""
        if time_zone == TimeZone.PARIS:
            return cls.ALSACE_MOSELLE if alsace_moselle else cls.METROPOLE
        return cls[TimeZone(time_zone).name]
