from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q, Subquery

LONGEST_WORD = 40
# The search reads no more of them for one question.
MOST_NEAR = 400


class WordQuerySet(models.QuerySet["Word"]):
    def near(self, families: Iterable[str], spellings: Iterable[str], typed: str) -> Self:
        """Words of these families, written nearly so, or that begin as typed; the most written first.

        Each with `library`: how many documents hold the word that most of them hold, nearly all there are.
        """
        near = Q(family__in=list(families)) | Q(spelling__in=list(spellings))
        if typed:
            near |= Q(word__startswith=typed)
        most = Subquery(Word.objects.order_by("-documents").values("documents")[:1])
        return self.filter(near).annotate(library=most).order_by("-documents", "word")[:MOST_NEAR]


class Word(models.Model):
    """A word that some document on line holds, folded: what the search understands questions with.

    Its documents are counted as each comes on line, changes or leaves, and all of them every night.
    """

    word = models.CharField("mot", max_length=LONGEST_WORD, primary_key=True)
    family = models.CharField("famille", max_length=LONGEST_WORD, db_index=True)
    spelling = models.CharField("orthographe simplifiée", max_length=LONGEST_WORD, db_index=True)
    documents = models.PositiveIntegerField("documents", db_index=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        verbose_name = "mot de l’infothèque"
        verbose_name_plural = "mots de l’infothèque"
        ordering = ("word",)
        constraints = [
            models.CheckConstraint(condition=Q(documents__gte=1), name="word_is_in_a_document"),
        ]

    def __str__(self) -> str:
        return self.word
