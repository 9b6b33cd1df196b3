"""What was read in texts, kept until they change, and how many associations say each word.

A word or a theme is kept as a key of 64 bits (`matching.network.keys`): nobody waits for another's new word.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from associations.models import Association
from companies.models import Need
from mecenova.calendar import clock


class AssociationReading(models.Model):
    """An association's name, purpose and proposed projects, read. `fingerprint` says of which texts."""

    is_computed: ClassVar = True

    association = models.OneToOneField(Association, models.CASCADE, primary_key=True, related_name="+")
    fingerprint = models.UUIDField("empreinte des textes")
    # Its words and the themes it names, then the wider themes that those imply.
    terms = ArrayField(models.BigIntegerField(), default=list, verbose_name="mots et thèmes")
    wider_terms = ArrayField(models.BigIntegerField(), default=list, verbose_name="thèmes plus larges")
    themes = models.BinaryField("thèmes")
    wider_themes = models.BinaryField("thèmes plus larges, en bits")
    spoken_causes = models.BigIntegerField("causes dont parlent ses textes", default=0)
    length = models.PositiveIntegerField("nombre de mots", default=0)
    tells = models.BooleanField("texte parlant", default=False)
    speaks = models.BooleanField("un thème au moins", default=False)
    doubted = models.BooleanField("intérêt général à vérifier", default=False)

    class Meta:
        verbose_name = "lecture d’association"
        verbose_name_plural = "lectures d’associations"

    def __str__(self) -> str:
        return str(self.association_id)


class NeedReading(models.Model):
    """A need's words and themes with what each weighs, as the vocabulary was last counted."""

    need = models.OneToOneField(Need, models.CASCADE, primary_key=True, related_name="+")
    fingerprint = models.UUIDField("empreinte des textes et du vocabulaire")
    terms = ArrayField(models.BigIntegerField(), default=list, verbose_name="mots et thèmes")
    weights = ArrayField(models.FloatField(), default=list, verbose_name="poids")
    heaviest = models.FloatField("poids des plus lourds", default=0.0)
    speaks = models.BooleanField("nomme une action", default=False)

    class Meta:
        verbose_name = "lecture de besoin"
        verbose_name_plural = "lectures de besoins"

    def __str__(self) -> str:
        return str(self.need_id)


class Term(models.Model):
    """A word or a theme, and how many of the network's associations say it: a wider theme counts for less.

    Written by full rounds only.
    """

    key = models.BigIntegerField("clé", primary_key=True)
    uses = models.FloatField("associations")

    class Meta:
        verbose_name = "terme"
        constraints = [models.CheckConstraint(condition=Q(uses__gt=0), name="term_is_used")]

    def __str__(self) -> str:
        return str(self.key)


class Vocabulary(models.Model):
    """How many associations were read, and how many words in all: one row, beside the terms it counts."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.PositiveIntegerField("associations")
    length = models.PositiveBigIntegerField("mots")
    counted_at = models.DateTimeField("compté le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "vocabulaire"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="vocabulary_is_one_row")]

    def __str__(self) -> str:
        return f"{self.size} · {self.counted_at:%Y-%m-%d}"
