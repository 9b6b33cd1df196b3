"""People, organisations and teams written straight to the tables: no step, no mail."""

from typing import Any

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from accounts.enums import OrganisationKind, OrganisationStatus, Role
from accounts.models import Claim, Invitation, Membership, Organisation, User
from accounts.models.organisation import record_key
from accounts.operations.members import INVITATION_LIFE
from mecenova.calendar import clock

PASSWORD = "une lampe dans la nuit"


class UserFactory(DjangoModelFactory):
    """A person whose address is verified, and whose password is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"personne{number}@exemple.fr")
    first_name = "Camille"
    last_name = factory.Sequence(lambda number: f"Durand {number}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(password=PASSWORD, **fields)

    @factory.post_generation
    def verified(self: Any, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        EmailAddress.objects.create(
            user=self, email=self.email, verified=extracted is not False, primary=True
        )


class StaffFactory(UserFactory):
    email = factory.Sequence(lambda number: f"equipe{number}@mecenova.example")
    is_staff = True


class OrganisationFactory(DjangoModelFactory):
    """Checked unless `status` says otherwise; the dates that go with the state follow."""

    class Meta:
        model = Organisation

    kind = OrganisationKind.ASSOCIATION
    name = factory.Sequence(lambda number: f"Les Jardins partagés {number}")
    name_key = factory.LazyAttribute(lambda organisation: record_key(organisation.name))
    postal_code = "69003"
    town = "Lyon"
    status = OrganisationStatus.CHECKED
    checked_at = factory.LazyAttribute(
        lambda organisation: clock.now() if organisation.status == OrganisationStatus.CHECKED else None
    )
    left_at = factory.LazyAttribute(
        lambda organisation: clock.now() if organisation.status == OrganisationStatus.LEFT else None
    )


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MANAGER


class ClaimFactory(DjangoModelFactory):
    class Meta:
        model = Claim

    organisation = factory.SubFactory(OrganisationFactory, status=OrganisationStatus.UNCLAIMED)
    user = factory.SubFactory(UserFactory)
    message = "Je suis trésorière, mon nom est sur votre site."


class InvitationFactory(DjangoModelFactory):
    """Sent by a manager of the organisation, who is made with it."""

    class Meta:
        model = Invitation

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence(lambda number: f"invitee{number}@exemple.fr")
    role = Role.CONTRIBUTOR
    invited_by = factory.LazyAttribute(
        lambda invitation: MembershipFactory(organisation=invitation.organisation).user
    )
    expires_at = factory.LazyFunction(lambda: clock.now() + INVITATION_LIFE)
