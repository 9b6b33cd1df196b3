"""The database and `readiness` call the same profiles complete."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from associations.enums import Registry, Stance
from associations.models import Association
from associations.readiness import is_complete
from mecenova.reference.models import Skill
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db

BLANKS = " \n\t\r\xa0\u202f"
PURPOSES = st.one_of(
    st.builds(
        lambda before, length, after: before + "é" * length + after,
        st.text(BLANKS, max_size=5),
        st.integers(77, 82),
        st.text(BLANKS, max_size=5),
    ),
    st.just(""),
)
REGISTERS = {
    Registry.RNA: {"rna": "W591234567"},
    Registry.SIREN: {"siren": "732829320"},
    Registry.ALSACE_MOSELLE: {"court_entry": "Colmar, volume 3, folio 7"},
}


EMPTY = {"size": "", "general_interest": "", "causes": (), "audiences": (), "territories": ()}


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, object]:
    """Mostly filled in, with a part or two left out: half of them are complete."""
    registry = draw(st.sampled_from(["", *Registry, *Registry]))
    numbers = {"rna": "", "siren": "", "court_entry": ""}
    if draw(st.integers(0, 4)):
        numbers |= REGISTERS.get(registry, {})
    left_out = draw(st.sets(st.sampled_from(sorted(EMPTY)), max_size=1))
    return {
        "purpose": draw(PURPOSES),
        "registry": registry,
        "stance": draw(st.sampled_from([Stance.OPEN, Stance.EXPERT_ONLY])),
        **numbers,
        **{part: EMPTY[part] for part in left_out},
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(profile=profiles(), expert=st.booleans())
def test_both_agree(profile: dict[str, object], expert: bool) -> None:
    Association.objects.all().delete()
    association = AssociationFactory(complete=True, **profile)
    if expert:
        association.expertise.add(Skill.objects.first())
    whole = is_complete(association)
    assert Association.objects.complete().filter(pk=association.pk).exists() is whole
    assert Association.objects.incomplete().filter(pk=association.pk).exists() is not whole


def test_a_blank_profile_is_incomplete() -> None:
    association = AssociationFactory()
    assert list(Association.objects.incomplete()) == [association]
    assert list(Association.objects.complete()) == []
