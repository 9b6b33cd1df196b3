"""The companies somebody should look after."""

from django.db.models import QuerySet

from accounts.enums import OrganisationKind
from accounts.models import Organisation, User
from companies.models import Company
from companies.operations import companies_to_call, record_call
from mecenova.pages.baskets.basket import Action, Basket, Line
from mecenova.pages.baskets.organisations import CALLED, CHECK, CHECKED, organisation_line


def to_check() -> "QuerySet[Organisation]":
    waiting = Organisation.objects.to_check().filter(kind=OrganisationKind.COMPANY)
    return waiting.order_by("created_at", "pk")


def silent() -> "QuerySet[Company]":
    return companies_to_call().select_related("organisation").order_by("to_call_since", "pk")


def _line(company: Company) -> Line:
    organisation = company.organisation
    since = company.to_call_since  # type: ignore[attr-defined]
    return Line(
        company,
        organisation.name,
        since,
        organisation.town,
        company.get_absolute_url(),
        organisation=organisation,
        step_of=organisation,
    )


def _call(company: Company, by: User, note: str) -> None:
    record_call(company=company, note=note, by=by)


BASKETS = (
    Basket(
        "entreprises-a-verifier",
        "À vérifier",
        "entreprises",
        "Chacune attend une première réponse humaine\u00a0: la date promise est dite à chaque ligne.",
        to_check,
        organisation_line,
        CHECK,
        moved_by=CHECKED,
        left="La fiche n’attend plus d’être vérifiée.",
    ),
    Basket(
        "entreprises-silencieuses",
        "Silencieuses",
        "entreprises",
        "Plus un signe, ou rien de publié. Appelez\u00a0: que cherchent-elles aujourd’hui\u202f?",
        silent,
        _line,
        Action("J’ai appelé", _call, "L’appel est noté, et le silence repart de zéro.", asks_note=True),
        moved_by=CALLED,
        left="L’entreprise a donné signe de vie.",
    ),
)
