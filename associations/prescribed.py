"""Where an association can be shown a document: each part that its profile lacks, and its own next steps."""

from associations.readiness import RULES
from infotheque.places import GAPS, Place, gap_key, give_first, register_place, step_key

ROOM = "associations"
FIRST = {
    gap_key(ROOM, "purpose"): "presenter-son-projet",
    gap_key(ROOM, "causes"): "trouver-les-bonnes-entreprises",
    gap_key(ROOM, "territories"): "trouver-les-bonnes-entreprises",
    gap_key(ROOM, "general_interest"): "interet-general-et-rescrit",
    step_key("associations.publish_project"): "budget-de-projet",
    step_key("associations.finish_project"): "presenter-son-projet",
}

for rule in RULES:
    register_place(Place(gap_key(ROOM, rule.part.key), rule.part.label, GAPS))
for key, slug in FIRST.items():
    give_first(key, slug)
