"""First words of a project, by cause and by kind: something to correct is easier to write than a blank page.

A cause says the action, the people and what changes; a kind says what a company is asked for. Square brackets
mark what only the association knows.
"""

from dataclasses import dataclass

from associations.models import Association
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause


@dataclass(frozen=True, slots=True)
class Story:
    """What an action of this cause can look like."""

    title: str
    action: str
    people: str
    change: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for under this kind, and the advice that goes with it."""

    ask: str
    advice: str


@dataclass(frozen=True, slots=True)
class Starter:
    """A cause and a kind together, ready to be corrected."""

    cause: str
    kind: str
    kind_label: str
    title: str
    lines: tuple[tuple[str, str], ...]
    advice: str

    @property
    def description(self) -> str:
        return "\n\n".join(f"{label}\u00a0: {text}" for label, text in self.lines)


STORIES: dict[str, Story] = {
    "handicap": Story(
        "Un accueil ouvert à tous à [votre commune]",
        "rendre nos ateliers accessibles, du premier coup de téléphone à la sortie, avec les personnes "
        "concernées",
        "[nombre] personnes en situation de handicap et leurs proches, à [lieu]",
        "[nombre] personnes viennent seules, quand elles le veulent",
    ),
    "precarite": Story(
        "Un repas et une écoute, deux soirs par semaine",
        "ouvrir un lieu chaud deux soirs par semaine, avec un repas et une aide pour les papiers",
        "[nombre] personnes sans ressources ou isolées, à [lieu]",
        "[nombre] personnes retrouvent un droit ou un suivi qu’elles avaient perdu",
    ),
    "emploi-et-insertion": Story(
        "Douze rendez-vous vers un premier contrat",
        "accompagner chaque personne pendant douze rendez-vous\u00a0: CV, entretiens blancs, visites "
        "d’entreprises",
        "[nombre] personnes éloignées de l’emploi, à [lieu]",
        "[nombre] contrats ou formations signés dans l’année",
    ),
    "education": Story(
        "Un adulte à côté de chaque élève qui décroche",
        "proposer une heure de soutien par semaine, toujours avec le même adulte",
        "[nombre] élèves de [établissements], sur proposition de leurs professeurs",
        "[nombre] élèves reprennent confiance et restent scolarisés",
    ),
    "egalite-et-diversite": Story(
        "Les mêmes portes pour tout le monde",
        "organiser [nombre] rencontres entre des personnes qui subissent des discriminations et des équipes "
        "qui recrutent",
        "[nombre] personnes du territoire de [lieu]",
        "[nombre] employeurs changent une de leurs pratiques",
    ),
    "sante": Story(
        "La prévention là où l’on vit",
        "tenir une permanence de prévention et d’orientation, sans rendez-vous, au pied des immeubles",
        "[nombre] habitants de [quartier] qui ne vont plus chez le médecin",
        "[nombre] personnes reprennent un suivi",
    ),
    "environnement": Story(
        "Un terrain abandonné rendu à la nature",
        "restaurer [surface] de terrain avec les habitants\u00a0: nettoyage, plantations, suivi des espèces",
        "les habitants de [lieu] et [nombre] élèves du quartier",
        "[nombre] arbres ou espèces de plus, comptés chaque printemps",
    ),
    "culture": Story(
        "Une scène à la portée de tous",
        "monter un spectacle avec des habitants, d’une première rencontre à la représentation publique",
        "[nombre] habitants de [lieu] qui ne vont jamais au spectacle",
        "[nombre] personnes montent sur scène, [nombre] viennent les voir",
    ),
    "sport": Story(
        "Un créneau de sport pour celles et ceux qui n’en font pas",
        "ouvrir un créneau par semaine, encadré et sans compétition",
        "[nombre] personnes éloignées du sport, à [lieu]",
        "[nombre] personnes viennent encore six mois après",
    ),
    "logement": Story(
        "Un toit, puis des clés",
        "accompagner des ménages mal logés jusqu’à un bail à leur nom\u00a0: dossiers, travaux, débuts",
        "[nombre] ménages de [lieu], orientés par les services sociaux",
        "[nombre] ménages signent un bail et le gardent un an",
    ),
    "solidarite-internationale": Story(
        "L’eau et l’école dans un village, avec ses habitants",
        "construire et entretenir [ouvrage] avec un partenaire local, qui en reste responsable",
        "[nombre] habitants de [village, pays]",
        "[ouvrage] fonctionne encore trois ans après, sans nous",
    ),
    "enfance-et-familles": Story(
        "Du répit pour les familles",
        "accueillir les enfants un après-midi par semaine, pendant que les parents soufflent",
        "[nombre] familles de [lieu], dont [nombre] monoparentales",
        "[nombre] familles se sentent moins seules et le disent",
    ),
    "commerce-equitable": Story(
        "Des produits justes, vendus près d’ici",
        "faire connaître et vendre la production de [nombre] groupements, sur des marchés et dans des "
        "entreprises",
        "[nombre] producteurs de [région ou pays] et leurs familles",
        "[nombre] producteurs vivent mieux de leur travail, chiffres à l’appui",
    ),
    "citoyennete": Story(
        "Des habitants qui décident ensemble",
        "réunir des habitants [nombre] fois pour choisir et mener une action dans leur quartier",
        "[nombre] habitants de [lieu], dont la moitié n’a jamais pris part à une réunion",
        "une action choisie, menée et racontée par eux",
    ),
    "numerique": Story(
        "Le numérique sans peur",
        "tenir un atelier par semaine\u00a0: démarches en ligne, courrier, photos, arnaques à éviter",
        "[nombre] personnes mal à l’aise avec un écran, à [lieu]",
        "[nombre] personnes font seules leur première démarche en ligne",
    ),
    "territoires-ruraux-et-quartiers": Story(
        "Un lieu de vie qui rouvre",
        "rouvrir [local] trois jours par semaine\u00a0: café, services, rencontres",
        "les [nombre] habitants de [commune ou quartier], à plus de [distance] de tout service",
        "[nombre] personnes y passent chaque semaine",
    ),
}
# When the profile names no cause yet.
ANY_CAUSE = Story(
    "Une action précise, un lieu, une date",
    "[l’action, avec un début et une fin]",
    "[combien de personnes, et où]",
    "[une phrase, et un chiffre si vous en avez un]",
)
# In this order the associations are shown them: most companies can give time before they give money.
REQUESTS: dict[str, Request] = {
    Kind.SKILLS: Request(
        "[nombre] journées de travail d’un professionnel ([comptabilité, communication, informatique…]) pour "
        "[un résultat précis]",
        "Dites le résultat attendu, pas le métier seul\u00a0: «\u202fun budget sur trois ans\u202f» se "
        "confie, «\u202fun comptable\u202f» s’embauche.",
    ),
    Kind.IN_KIND: Request(
        "[quantité] de [matériel, mobilier, produits, local], neuf ou d’occasion, livré ou à venir chercher",
        "Dites ce qui vous convient d’occasion\u00a0: c’est souvent ce qui part le plus vite.",
    ),
    Kind.VOLUNTEERING: Request(
        "[nombre] salariés bénévoles, sur leur temps personnel, [une demi-journée, un samedi par mois]",
        "Proposez une première fois courte et datée\u00a0: on s’engage plus facilement après être venu.",
    ),
    Kind.FINANCIAL: Request(
        "[montant] euros, pour [cette dépense précise], sur un budget de [total]",
        "Un montant rattaché à une dépense se décide plus vite qu’un soutien général.",
    ),
    Kind.CO_CONSTRUCTION: Request(
        "une entreprise pour chercher avec nous la réponse à cette question\u00a0: [votre question]",
        "Venez avec la question, pas avec la solution\u00a0: c’est ce qui donne envie d’y travailler.",
    ),
}


def starter(cause: Cause | None, kind: str) -> Starter:
    """The first words of a project of this cause that asks for this kind."""
    story = STORIES.get(cause.slug, ANY_CAUSE) if cause else ANY_CAUSE
    request = REQUESTS[kind]
    lines = (
        ("Ce que nous voulons faire", f"{story.action}."),
        ("Pour qui", f"{story.people}."),
        ("Ce que nous cherchons", f"{request.ask}."),
        ("Ce que cela changera", f"{story.change}."),
        ("Qui répondra", "[un prénom, et quand on peut l’appeler]."),
    )
    return Starter(
        cause=cause.name if cause else "",
        kind=str(kind),
        kind_label=str(Kind(kind).label),
        title=story.title,
        lines=lines,
        advice=request.advice,
    )


def starter_for(association: Association, turn: int) -> Starter:
    """The `turn`-th of those that suit it: another kind each time, never one it refuses."""
    kinds = [kind for kind in REQUESTS if kind not in association.refused_kinds] or list(REQUESTS)
    return starter(association.causes.first(), kinds[turn % len(kinds)])
