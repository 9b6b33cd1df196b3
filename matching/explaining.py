"""A diagnosis in words: why it was written, its figures one by one, what each choice does."""

from django.urls import reverse

from associations.models import Project
from matching.enums import Choice, DiagnosisCause
from matching.findings import in_plain_numbers, others_in_words, quiet_since
from matching.models import Diagnosis
from mecenova.agenda.operations import next_step
from mecenova.agenda.wording import before
from mecenova.reference.enums import Kind
from mecenova.ui.contractions import of_name
from mecenova.ui.figures import long_date, short_date
from partnerships.enums import RefusalReason

CHOICES: dict[str, str] = {
    Choice.REWRITE: "le titre, les premières lignes, un chiffre. Le projet reste en ligne pendant ce temps.",
    Choice.WIDEN: "une autre forme de demande, un autre territoire\u00a0: plus d’entreprises le verront.",
    Choice.CO_BUILD: "une question à travailler avec une entreprise, sans réponse toute faite.",
    Choice.PAUSE: "nous ne le proposons plus et ne vous écrivons plus à son sujet, jusqu’à la date choisie.",
}


def why(diagnosis: Diagnosis) -> str:
    """What brought it."""
    introduction = diagnosis.introduction
    if diagnosis.cause == DiagnosisCause.QUIET or introduction is None:
        since = long_date(quiet_since(diagnosis))
        return f"Depuis le {since}, aucune entreprise n’a demandé à vous parler de ce projet."
    company = introduction.company.organisation.name
    if introduction.gone_organisation is not None:
        return f"{company} a quitté Mecenova\u00a0: votre demande ne peut plus aboutir."
    if introduction.was_never_sent:
        return f"Le besoin {of_name(company)} s’est clos avant que votre demande ne puisse partir."
    opened = (
        "Elle l’avait pourtant ouverte."
        if introduction.seen_at
        else "Elle ne l’a pas ouverte sur le site\u00a0: ce n’est donc pas votre projet qui a été jugé."
    )
    return (
        f"Malgré nos rappels, {company} n’a pas répondu à votre demande. {opened} "
        "Nous ne vous laissons pas attendre davantage."
    )


def facts_of(diagnosis: Diagnosis) -> list[str]:
    """One sentence a figure, of the days that it counts: it may be read much later. What is not known is left
    out, never made up."""
    facts = [_presented(diagnosis), *_refusals(diagnosis)]
    if diagnosis.competing is not None:
        others = others_in_words(diagnosis.competing)
        facts.append(f"Devant {_the_companies(diagnosis)} en même temps que vous\u00a0: {others}.")
    number, that_day = diagnosis.companies_compatible, f"Au {short_date(diagnosis.at)}"
    if number:
        support = in_plain_numbers(number, "entreprise soutenait", "entreprises soutenaient")
        facts.append(f"{that_day}, {support} vos causes sur votre territoire, sous la forme demandée.")
    else:
        facts.append(
            f"{that_day}, aucune entreprise inscrite ne soutenait vos causes sur votre territoire sous la "
            "forme demandée\u00a0: ce n’est pas la qualité de votre projet qui est en cause."
        )
    return facts


def draft_question(project: Project) -> str:
    """The question already asked, or first words to correct."""
    known = project.asks.filter(kind=Kind.CO_CONSTRUCTION).first()
    if known is not None:
        return known.question
    return (
        f"Comment mener ensemble «\u202f{project.title}\u202f»\u00a0: de quoi votre entreprise a-t-elle "
        "besoin, que savons-nous faire, et par quoi commencer\u202f?"
    )


def where_it_is_done(diagnosis: Diagnosis, choice: str) -> str:
    """The page on which what was chosen is done, or shown."""
    if choice == Choice.REWRITE:
        return reverse("associations:project_edit", args=[diagnosis.project_id])
    if choice == Choice.WIDEN:
        return f"{diagnosis.get_absolute_url()}#suite"
    return diagnosis.project.get_absolute_url()


def what_choosing_did(chosen: Diagnosis) -> str:
    """Said at once: what it changed beyond the project, and what comes next."""
    project = chosen.project
    project.refresh_from_db()
    said = ["C’est noté."]
    if chosen.choice == Choice.PAUSE and project.is_paused_with_association:
        said.append("Vous n’avez pas d’autre projet publié\u00a0: toute l’association est en pause avec lui.")
    if chosen.choice == Choice.CO_BUILD:
        said.append("La question est ajoutée aux demandes de votre projet.")
    if step := next_step(project):
        whose = "À vous" if step.owing_organisation_id else "De notre côté"
        said.append(f"{whose},{before(step.deadline)}\u00a0: {step.what_to_you}")
    return " ".join(said)


def _presented(diagnosis: Diagnosis) -> str:
    first, last = short_date(diagnosis.since), short_date(diagnosis.at)
    counted = f"Du {first} au {last}" if first != last else f"Le {last}"
    if not diagnosis.presented:
        return (
            f"{counted}, votre projet n’a été présenté à aucune entreprise\u00a0: "
            "personne ne l’a donc refusé."
        )
    received = in_plain_numbers(
        diagnosis.presented, "entreprise a reçu votre projet", "entreprises ont reçu votre projet"
    )
    seen = _of_them(diagnosis.seen, "aucune ne l’a ouvert", "l’a ouvert", "l’ont ouvert")
    answered = _of_them(diagnosis.answered, "aucune n’a répondu", "a répondu", "ont répondu")
    return f"{counted}, {received}, {seen}, {answered}."


def _of_them(number: int, none: str, one: str, many: str) -> str:
    return in_plain_numbers(number, one, many) if number else none


def _refusals(diagnosis: Diagnosis) -> list[str]:
    labels = dict(RefusalReason.choices)
    said = [
        f"«\u202f{labels[reason][:1].lower()}{labels[reason][1:]}\u202f» ({number})"
        for reason, number in diagnosis.refusals.items()
        if reason in labels
    ]
    return [f"Les raisons données\u00a0: {', '.join(said)}."] if said else []


def _the_companies(diagnosis: Diagnosis) -> str:
    return "la même entreprise" if diagnosis.cause == DiagnosisCause.RELEASED else "les mêmes entreprises"
