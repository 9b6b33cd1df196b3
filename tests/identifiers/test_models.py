from mecenova.identifiers.models import Identified


def test_is_abstract_and_gives_a_random_key() -> None:
    assert Identified._meta.abstract
    key = Identified._meta.get_field("id")
    assert key.primary_key
    assert not key.editable
    assert key.get_default() != key.get_default()
