"""The staff's baskets: each a named queryset, so that its count and its list cannot differ."""

from mecenova.pages.baskets import associations, companies, exchanges, organisations
from mecenova.pages.baskets.basket import Action, Basket, Line

GROUPS: dict[str, tuple[Basket, ...]] = {
    "Associations": associations.BASKETS,
    "Entreprises": companies.BASKETS,
    "Mises en relation et partenariats": exchanges.BASKETS,
    "Fiches et adresses": organisations.BASKETS,
}
BASKETS = {basket.slug: basket for baskets in GROUPS.values() for basket in baskets}

__all__ = ["BASKETS", "GROUPS", "Action", "Basket", "Line"]
