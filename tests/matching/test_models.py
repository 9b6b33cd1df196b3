import pytest
from django.db import IntegrityError, connection, transaction

from matching.models import Suggestion
from tests.associations.factories import ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("made", [{"need": NeedFactory}, {"project": ProjectFactory}])
def test_the_database_lets_no_suggestion_speak_of_what_is_another_s(made):
    """At the end of the transaction, since a merge moves the need, then what was proposed for it."""
    suggestion = SuggestionFactory()
    others = {name: factory(published=True) for name, factory in made.items()}

    @transaction.atomic
    def speaks_of_another_s():
        Suggestion.objects.filter(pk=suggestion.pk).update(**others)
        connection.check_constraints()

    with pytest.raises(IntegrityError, match=r"suggestion_\w+_of_its_"):
        speaks_of_another_s()
