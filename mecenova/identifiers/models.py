"""The key of everything that has an address on the site."""

import uuid

from django.db import models


class Identified(models.Model):
    """Gives a row a random identifier: an address tells neither how many rows exist nor which came first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
