"""Eight families of skills that employees give, forty skills in all."""

# slug of the family: (name, {slug of the skill: name})
SKILL_FAMILIES: dict[str, tuple[str, dict[str, str]]] = {
    "communication": (
        "Communication",
        {
            "strategie-de-communication": "Stratégie de communication",
            "redaction": "Rédaction et relecture",
            "graphisme": "Graphisme et mise en page",
            "photo-et-video": "Photo et vidéo",
            "reseaux-sociaux": "Réseaux sociaux",
            "relations-presse": "Relations presse",
        },
    ),
    "numerique": (
        "Numérique",
        {
            "site-internet": "Site internet",
            "outils-bureautiques": "Outils bureautiques et collaboratifs",
            "base-de-donnees": "Fichiers et bases de données",
            "securite-informatique": "Sécurité informatique",
            "developpement-logiciel": "Développement logiciel",
        },
    ),
    "finance-et-gestion": (
        "Finance et gestion",
        {
            "comptabilite": "Comptabilité",
            "budget-et-tresorerie": "Budget et trésorerie",
            "controle-de-gestion": "Contrôle de gestion et tableaux de bord",
            "modele-economique": "Modèle économique",
            "achats": "Achats",
        },
    ),
    "ressources-humaines": (
        "Ressources humaines",
        {
            "recrutement": "Recrutement",
            "gestion-des-benevoles": "Animation d’une équipe de bénévoles",
            "formation-et-pedagogie": "Formation et pédagogie",
            "paie-et-droit-du-travail": "Paie et gestion du personnel",
            "coaching-et-parrainage": "Parrainage vers l’emploi et accompagnement individuel",
        },
    ),
    "juridique": (
        "Juridique",
        {
            "droit-des-associations": "Droit des associations et statuts",
            "contrats-et-conventions": "Contrats et conventions",
            "donnees-personnelles": "Protection des données personnelles",
            "propriete-intellectuelle": "Propriété intellectuelle",
        },
    ),
    "strategie-et-organisation": (
        "Stratégie et organisation",
        {
            "projet-associatif": "Projet associatif et gouvernance",
            "conduite-de-projet": "Conduite de projet",
            "etude-et-diagnostic": "Étude et diagnostic",
            "mesure-d-impact": "Évaluation et mesure d’impact",
            "qualite-et-processus": "Qualité et organisation du travail",
        },
    ),
    "logistique-et-batiment": (
        "Logistique et bâtiment",
        {
            "transport-et-stockage": "Transport et stockage",
            "travaux-et-bricolage": "Travaux et bricolage",
            "amenagement-et-accessibilite": "Aménagement et accessibilité des locaux",
            "organisation-d-evenements": "Organisation d’événements",
            "jardinage-et-espaces-verts": "Jardinage et espaces verts",
        },
    ),
    "collecte-et-partenariats": (
        "Collecte et partenariats",
        {
            "recherche-de-mecenes": "Recherche de mécènes",
            "collecte-de-dons": "Collecte de dons auprès du public",
            "dossiers-de-subvention": "Dossiers de subvention",
            "vente-et-commercial": "Vente et démarche commerciale",
            "langues-et-traduction": "Langues et traduction",
        },
    ),
}
