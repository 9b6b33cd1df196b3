"""An association's part of a merge: its projects follow, its two profiles become one."""

from django.db import transaction

from accounts.models import Organisation
from accounts.operations.merging import Merging
from accounts.operations.profiles import Profiles
from associations.enums import Registry, Stance
from associations.followups import refresh_step
from associations.models import Association, Project
from associations.signals import association_changed


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
    entries=("court_entry",),
    settle=settle,
)


@transaction.atomic
def bring_projects_over(*, merging: Merging) -> None:
    merging.handled |= {"associations.Association.organisation", "associations.Project.association"}
    PROFILES.bring_over(merging, (Project, "association"))


@transaction.atomic
def become_one(*, merging: Merging) -> None:
    """The two profiles are one, and the next step is that of the whole."""
    kept, gone = PROFILES.of(merging.kept), PROFILES.of(merging.gone)
    if kept is None:
        return
    if gone is not None:
        PROFILES.fold(merging, kept, gone)
    association = Association.objects.select_related("organisation").get(pk=kept.pk)
    refresh_step(Organisation.objects.get(pk=merging.kept.pk))
    association_changed.send(sender=Association, association=association)
