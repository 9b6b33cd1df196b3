"""Where a company can be shown a document: each part that it has not said, and its own next steps."""

from companies.readiness import NEED, POLICY_PARTS
from infotheque.places import GAPS, Place, gap_key, give_first, register_place, step_key

ROOM = "companies"
FIRST = {
    **{gap_key(ROOM, part.key): "ecrire-sa-politique" for part in POLICY_PARTS},
    gap_key(ROOM, NEED.key): "cinq-formes-de-soutien",
    step_key("companies.complete_policy"): "ecrire-sa-politique",
    step_key("companies.publish_need"): "cinq-formes-de-soutien",
}

for part in (*POLICY_PARTS, NEED):
    register_place(Place(gap_key(ROOM, part.key), f"{part.label} (entreprise)", GAPS))
for key, slug in FIRST.items():
    give_first(key, slug)
