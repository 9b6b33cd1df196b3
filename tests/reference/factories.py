import factory
from factory.django import DjangoModelFactory

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Territory


class CommuneFactory(DjangoModelFactory):
    """A commune of Paris unless told otherwise: the only level that the lists do not fill."""

    class Meta:
        model = Territory

    code = factory.Sequence(lambda n: f"C{n:05}")
    level = TerritoryLevel.COMMUNE
    name = factory.Sequence(lambda n: f"Commune {n}")
    parent = factory.LazyFunction(lambda: Territory.objects.get(code="75"))
