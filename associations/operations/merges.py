"""An association's part of a merge: its projects follow, its two profiles become one."""

from collections.abc import Iterator
from uuid import UUID

from accounts.models import Organisation
from accounts.operations.merging import Merging, as_json
from accounts.operations.profiles import Profiles
from associations.enums import Registry, Stance
from associations.followups import refresh_step
from associations.models import Association, Project
from associations.signals import association_changed
from mecenova.calendar import clock
from mecenova.identifiers.names import fold


def known_numbers() -> Iterator[tuple[UUID, str]]:
    """RNA and SIREN are unique among associations; a court's entry is written as people write it."""
    rows = Association.objects.values_list("organisation", "rna", "siren", "court_entry")
    for organisation, rna, siren, court_entry in rows:
        if rna:
            yield organisation, f"rna {rna}"
        if siren:
            yield organisation, f"siren {siren}"
        if folded := fold(court_entry):
            yield organisation, f"court {folded}"


def settle(kept: Association, gone: Association) -> None:
    """One register, the one that was known first; an expert only stays one, whichever record said so."""
    if kept.registry == Registry.ALSACE_MOSELLE:
        kept.rna = ""
    elif kept.rna or kept.registry:
        kept.court_entry = ""
    if gone.stance == Stance.EXPERT_ONLY:
        kept.stance, kept.paused_until = Stance.EXPERT_ONLY, None


PROFILES = Profiles(
    model=Association,
    plain=(
        "purpose",
        "registry",
        "rna",
        "siren",
        "court_entry",
        "size",
        "yearly_budget",
        "general_interest",
        "refused_kinds",
        "stance",
    ),
    lists=("causes", "audiences", "territories", "refused_sectors", "expertise"),
    numbers=("rna", "siren"),
    known_numbers=known_numbers,
    settle=settle,
)


def bring_projects_over(merging: Merging) -> None:
    """Rows follow. A profile that has no other beside it goes over as it is, and keeps its address."""
    merging.handled |= {"associations.Association.organisation", "associations.Project.association"}
    kept, gone = PROFILES.of(merging.kept), PROFILES.of(merging.gone)
    if gone is None:
        return
    if kept is None:
        Association.objects.filter(pk=gone.pk).update(organisation=merging.kept)
        return
    merging.move(Project, "association", kept, gone)
    merging.follow_subject(kept, gone)


def become_one(merging: Merging) -> None:
    """The two profiles are one, and the next step is that of the whole."""
    kept, gone = PROFILES.of(merging.kept), PROFILES.of(merging.gone)
    if kept is None:
        return
    if gone is not None:
        _fold(merging, kept, gone)
    association = Association.objects.select_related("organisation").get(pk=kept.pk)
    refresh_step(Organisation.objects.get(pk=merging.kept.pk))
    association_changed.send(sender=Association, association=association)


def _fold(merging: Merging, kept: Association, gone: Association) -> None:
    merging.snapshots |= {"kept_profile": as_json(kept), "gone_profile": as_json(gone)}
    merging.gone_profile_id = gone.pk
    PROFILES.fill(kept, gone)
    kept.changed_at = clock.now()
    # A number belongs to one profile: the other lets go of it first.
    Association.objects.filter(pk=gone.pk).update(rna="", siren="")
    kept.save()
    for name in PROFILES.lists:
        getattr(kept, name).add(*getattr(gone, name).all())
    merging.nothing_left(gone)
    gone.delete()
