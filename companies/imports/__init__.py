"""Files of companies and of needs, as a team brings them."""

from companies.imports.companies import CompanyImporter, giver_of
from companies.imports.needs import NeedImporter
from companies.imports.words import kind_from_label

__all__ = ["CompanyImporter", "NeedImporter", "giver_of", "kind_from_label"]
