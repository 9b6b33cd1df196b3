"""What a pair is compared by, as bit masks, one row per territory: written with the profile, never by hand.

Two tables of one shape, so that each keeps a foreign key. A mask's bits are the positions of a closed list
(`matching.profiles.masks`). `place` is a territory's row, or NATIONAL.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from associations.models import Association
from companies.models import Company, Need

# The place that every association has a row for, and every need that is open to all of France.
NATIONAL = 0


def _mask(name: str) -> models.BigIntegerField:
    return models.BigIntegerField(name, default=0)


class AssociationProfile(models.Model):
    """A checked association that is not an expert only, in one of the territories that contain its places.

    `stops` holds the bits that stop a pair when the need has one of them as well: a kind it refuses or does
    not ask for, a sector it refuses, doubtful general interest.
    """

    is_computed: ClassVar = True

    pk = models.CompositePrimaryKey("place", "association_id")
    place = models.PositiveIntegerField("territoire")
    association = models.ForeignKey(Association, models.CASCADE, related_name="+")
    # Whether it says this very place, or only places within it.
    is_stated = models.BooleanField("lieu déclaré")
    is_somewhere = models.BooleanField("lieu connu")
    is_in_france = models.BooleanField("en France, ou lieu inconnu")
    paused_until = models.DateField("en pause jusqu’au", null=True)
    stops = _mask("ce qui arrête")
    causes = _mask("causes déclarées")
    spoken_causes = _mask("causes dont parlent ses textes")
    audiences = _mask("publics")
    # Themes of the thesaurus by their order in it, one bit each: those named, and the wider ones implied.
    themes = models.BinaryField("thèmes")
    wider_themes = models.BinaryField("thèmes plus larges")
    length = models.PositiveIntegerField("nombre de mots")
    tells = models.BooleanField("texte parlant")
    speaks = models.BooleanField("un thème au moins")
    doubted = models.BooleanField("intérêt général à vérifier")

    class Meta:
        verbose_name = "profil d’association à rapprocher"
        verbose_name_plural = "profils d’associations à rapprocher"
        constraints = [
            models.CheckConstraint(
                condition=Q(stops__gte=0, causes__gte=0, spoken_causes__gte=0, audiences__gte=0),
                name="association_profile_masks_fit",
            ),
            models.CheckConstraint(
                condition=Q(is_somewhere=True) | Q(place=NATIONAL, is_stated=False, is_in_france=True),
                name="association_profile_unknown_place_is_national",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.association_id} · {self.place}"


class NeedProfile(models.Model):
    """A published need of a checked company, in one of its territories: its policy's when it names none."""

    is_computed: ClassVar = True

    pk = models.CompositePrimaryKey("place", "need_id")
    place = models.PositiveIntegerField("territoire")
    need = models.ForeignKey(Need, models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    is_national = models.BooleanField("ouvert à toute la France")
    # It says « France », where an association that acts only abroad does not go.
    says_france = models.BooleanField("dit la France")
    kind = models.PositiveSmallIntegerField("rang de la forme")
    stops = _mask("ce qui arrête")
    causes = _mask("causes")
    excluded_causes = _mask("causes exclues")
    audiences = _mask("publics")
    skills = _mask("compétences")
    budget_min = models.DecimalField("montant minimal (€)", max_digits=12, decimal_places=2, null=True)
    budget_max = models.DecimalField("montant maximal (€)", max_digits=12, decimal_places=2, null=True)
    deadline = models.DateField("date limite", null=True)

    class Meta:
        verbose_name = "profil de besoin à rapprocher"
        verbose_name_plural = "profils de besoins à rapprocher"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    stops__gte=0, causes__gte=0, excluded_causes__gte=0, audiences__gte=0, skills__gte=0
                ),
                name="need_profile_masks_fit",
            ),
            models.CheckConstraint(
                condition=~Q(place=NATIONAL) | Q(is_national=True), name="need_profile_national_says_so"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} · {self.place}"
