"""The journal in words: what happened to a project or to an association, for those who may know."""

from accounts.enums import OrganisationEvent
from accounts.models import Organisation
from accounts.policies import Person, unquoted_to
from associations.models import Project
from mecenova.workflow.journal import Line, told

PROJECT = {
    "create": "brouillon ouvert",
    "publish": "projet publié",
    "close": "projet clos",
    "edit": "projet modifié par l’équipe",
    "pause": "projet mis en pause",
    "resume": "pause terminée",
    "diagnose": "point fait avec l’association",
    "choose": "suite choisie",
    "call": OrganisationEvent.CALL.label,
}
ORGANISATION = dict(OrganisationEvent.choices)


def history_of(subject: Organisation | Project, reader: Person) -> list[Line]:
    """Newest first. Verbs that this room does not tell are left to the room that wrote them."""
    words = ORGANISATION if isinstance(subject, Organisation) else PROJECT
    return told(subject, words, unquoted=unquoted_to(reader))
