"""A person's copy of their data: all that names them, nothing that opens an account, and nobody else's."""

import json
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.urls import reverse

from accounts import exports
from accounts.exports import INVENTED, as_told, export_person
from accounts.models import Merge, User
from accounts.operations.merging import keys_to
from infotheque.models import Tip
from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import PASSWORD, InvitationFactory, StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory
from tests.mail.factories import OutgoingMailFactory
from tests.partnerships.factories import IntroductionFactory
from tests.security.world import build

pytestmark = pytest.mark.django_db


def test_every_row_that_names_the_person_is_there():
    person = build().people["manager"]
    OutgoingMailFactory(recipient=person, subject="Votre projet", text="Bonjour")
    told = json.loads(json.dumps(export_person(person)))
    assert told["person"]["email"] == person.email
    keys = {row["id"] for rows in told["rows"].values() for row in rows}
    for model, name in keys_to(User):
        if model._meta.app_label not in INVENTED:
            for row in model._base_manager.filter(**{name: person}):
                assert row.pk in keys or str(row.pk) in keys, row._meta.label
    assert told["organisations"] == {str(one.pk): one.name for one in person.organisations.all()}
    assert any(row["subject"] == "Votre projet" for row in told["rows"]["courriel"])


def test_a_row_is_told_once_and_compared_with_no_other(monkeypatch):
    """What names a person twice, as author and as owner, is one row; thousands are compared with none."""
    compared = []

    class Told(dict):
        def __eq__(self, other):
            compared.append(other)
            return dict.__eq__(self, other)

        __hash__ = None

    def told(row):
        kind, fields = as_told(row)
        return kind, Told(fields)

    person = UserFactory()
    DocumentFactory(owner=person, submitted_by=person, status="in_review")
    OutgoingMailFactory.create_batch(3, recipient=person)
    monkeypatch.setattr(exports, "as_told", told)
    rows = export_person(person)["rows"]
    assert (len(rows["document"]), len(rows["courriel"])) == (1, 3)
    assert compared == []


def test_of_what_is_shared_only_one_s_own_words_are_told():
    """Whoever has left an organisation, or the team, does not go on reading how it fares."""
    former = StaffFactory(is_staff=False)
    asked = IntroductionFactory(asked_by=former, note="Bonjour")
    merge = Merge.objects.create(
        kept=asked.association.organisation,
        gone_id=uuid4(),
        gone_kind="association",
        gone_name="Ailleurs",
        gone_name_key="ailleurs",
        by=former,
        snapshot={"gone": {"fields": {"phone": "0102030405"}}},
    )
    rows = export_person(former)["rows"]
    (told,) = rows[str(asked._meta.verbose_name)]
    assert told["note"] == "Bonjour"
    assert not {"status", "refusal_reason", "answer_note", "answered_at"} & set(told)
    (told,) = rows[str(merge._meta.verbose_name)]
    assert set(told) == {"id", "kept", "gone_id", "at"}


def test_each_key_to_a_person_is_that_of_a_row_of_theirs_or_says_what_is():
    """A table that begins to name people says here whether its rows are one person's."""
    own = {
        *("accounts.Membership.user", "accounts.Claim.user", "account.EmailAddress.user"),
        *("agenda.Absence.user", "agenda.RuleDelay.set_by", "admin.LogEntry.user"),
        *("infotheque.EditorComment.by", "infotheque.Tip.given_by", "infotheque.Deposit.created_by"),
        *("infotheque.Prescription.chosen_by", "infotheque.DocumentVersion.created_by"),
        *("mail.OutgoingMail.recipient", "mail.DigestLine.recipient", "mail.MailPreference.user"),
        *("mail.AddressTrouble.user", "partnerships.TalkReport.by", "partnerships.Reflection.by"),
        *("partnerships.RefusalStepChange.by", "workflow.TransitionRecord.by"),
    }
    keys = {f"{model._meta.label}.{name}": model for model, name in keys_to(User)}
    ours = {key for key, model in keys.items() if model._meta.app_label not in INVENTED}
    assert ours == own | set(exports.SAID_BY_THEM)
    for key, names in exports.SAID_BY_THEM.items():
        assert set(names) <= {each.name for each in keys[key]._meta.concrete_fields}


def test_what_was_sent_or_left_to_ones_address_is_told_too():
    """Nobody is named by it but by the address: an invitation, and the mail that bore it."""
    person, former = UserFactory(), UserFactory()
    invitation = InvitationFactory(email=person.email)
    mail = OutgoingMailFactory(
        recipient=None, address=person.email, confidential=True, subject="Une invitation"
    )
    tip = Tip.objects.create(title="Un guide", visitor_address=person.email)
    # Whoever had the address before, and strangers.
    OutgoingMailFactory(recipient=former, address=person.email, subject="Bonjour Camille")
    InvitationFactory(email=former.email)
    told = export_person(person)["rows"]
    (invited,) = told["invitation"]
    assert (invited["id"], invited["email"]) == (str(invitation.pk), person.email)
    assert not {"invited_by", "accepted_by"} & set(invited)
    (sent,) = told["courriel"]
    assert sent["id"] == str(mail.pk)
    assert not {"subject", "text"} & set(sent)
    assert [row["title"] for row in told["document suggéré"]] == [tip.title]


def test_an_address_that_nobody_has_confirmed_tells_nothing():
    person = UserFactory()
    EmailAddress.objects.filter(user=person).update(verified=False)
    InvitationFactory(email=person.email)
    assert "invitation" not in export_person(person)["rows"]


def test_every_column_of_addresses_is_searched():
    columns = {
        f"{model._meta.label}.{each.name}"
        for model in apps.get_models()
        for each in model._meta.concrete_fields
        if isinstance(each, AddressField)
    }
    assert columns == {"accounts.User.email", *exports.ADDRESSED}


def test_it_opens_no_account_and_tells_nobody_else_s():
    person = UserFactory()
    other = build().people["manager"]
    moment = clock.now()
    OutgoingMailFactory(
        recipient=person,
        confidential=True,
        subject="482913 est votre code",
        text="482913",
        status="sent",
        sent_at=moment,
        attempts=1,
    )
    told = json.dumps(export_person(person), ensure_ascii=False)
    assert OutgoingMail.objects.get(recipient=person).subject.startswith("482913")
    for secret in ("482913", person.password, other.email, other.last_name):
        assert secret not in told


def test_it_is_given_to_whoever_knows_the_password(client):
    person = UserFactory()
    client.force_login(person)
    address = reverse("accounts:export")
    assert address in client.get(reverse("accounts:person")).text
    asked = client.post(address)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    given = client.post(asked["Location"], {"password": PASSWORD})
    assert given["Content-Disposition"].startswith('attachment; filename="mes-donnees-')
    assert "no-store" in given["Cache-Control"]
    assert given.json()["person"]["email"] == person.email
