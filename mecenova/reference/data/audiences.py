"""The people associations act for."""

# The name of each, under its slug.
AUDIENCES: dict[str, str] = {
    "tout-public": "Tout public",
    "enfants": "Enfants",
    "jeunes": "Jeunes",
    "etudiants": "Étudiants",
    "personnes-agees": "Personnes âgées",
    "familles": "Familles",
    "familles-monoparentales": "Familles monoparentales",
    "aidants": "Aidants",
    "femmes": "Femmes",
    "personnes-handicapees": "Personnes handicapées",
    "personnes-malades": "Personnes malades",
    "demandeurs-d-emploi": "Demandeurs d’emploi",
    "personnes-en-grande-precarite": "Personnes en grande précarité",
    "personnes-sans-domicile": "Personnes sans domicile",
    "personnes-refugiees": "Personnes réfugiées ou migrantes",
    "personnes-detenues": "Personnes détenues ou sortant de prison",
    "habitants-des-quartiers": "Habitants des quartiers prioritaires",
    "habitants-ruraux": "Habitants des territoires ruraux",
}
