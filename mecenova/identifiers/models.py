"""The key of everything that has an address on the site."""

import uuid

from django.db import models


class Identified(models.Model):
    """Gives a row a random identifier: an address tells neither how many rows exist nor which came first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def new_key(model: type[models.Model]) -> uuid.UUID:
    """The key that a new row of this model would draw, for those that must know it before they write."""
    key: uuid.UUID = model._meta.pk.get_default()
    return key
