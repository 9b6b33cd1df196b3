"""What the team does beside answering: appointments, an absence, an address to mend, its nightly checks."""

from datetime import date, time, timedelta

from accounts.models import User
from accounts.operations import find_duplicates, say_person_away, update_organisation
from matching.models import Diagnosis
from mecenova.agenda.operations import book_slot, check_silence, free_slots, open_slots, share_staff_steps
from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day
from mecenova.demo.associations import Associations
from mecenova.demo.texts import read
from mecenova.demo.timeline import Timeline
from mecenova.mail.enums import TroubleKind
from mecenova.mail.troubles import mark_address
from mecenova.pages.register import keep_register
from mecenova.rehearsal.operations import ask_preview
from mecenova.rehearsal.tasks import NIGHTLY_DAYS

# Days ago: the register tells who came in and left this week; the last check is this morning’s.
REGISTERED, CHECKED = (9, 5, 1), (3, 2, 1, 0)

# Tonight and the month to come: the worker computes them in its first minutes.
PREVIEWS = (1, NIGHTLY_DAYS)


class Team:
    def __init__(
        self, timeline: Timeline, associations: Associations, *, lead: User, colleague: User
    ) -> None:
        self.timeline = timeline
        self.associations = associations
        self.lead = lead
        self.colleague = colleague
        self.text = read("team")

    def plan(self) -> None:
        self.timeline.at(2, "15:40", self._hear_that_an_address_fails)
        self.timeline.at(4, "11:20", self._see_one_take_another_name)
        for days in REGISTERED:
            self.timeline.at(days, "06:05", keep_register)
        for days in CHECKED:
            self.timeline.at(days, "03:15", check_silence)

    def prepare(self) -> None:
        """What is ahead, said at the moment of loading."""
        away = self.text["absence"]
        today = clock.today()
        say_person_away(
            person=self.colleague,
            first_day=today + timedelta(days=away["in_days"]),
            last_day=today + timedelta(days=away["in_days"] + away["for_days"] - 1),
            by=self.lead,
        )
        day = today
        for hours in self.text["slots"]:
            day = _next_worked(day)
            starts, ends = (time.fromisoformat(hours[end]) for end in ("starts", "ends"))
            open_slots(adviser=self.lead, day=day, starts=starts, ends=ends, by=self.lead)
        self._book_one()
        find_duplicates()
        share_staff_steps()
        keep_register()
        for days in PREVIEWS:
            ask_preview(days=days, by=self.lead)

    def _hear_that_an_address_fails(self) -> None:
        person = self.associations.person(self.text["bounced"])
        mark_address(address=person.email, kind=TroubleKind.BOUNCED, detail="550 5.1.1")

    def _see_one_take_another_name(self) -> None:
        renamed = self.text["renamed"]
        organisation = self.associations.get(renamed["association"]).organisation
        update_organisation(
            organisation=organisation,
            name=renamed["name"],
            postal_code=organisation.postal_code,
            town=organisation.town,
            website=organisation.website,
            phone=organisation.phone,
            by=self.associations.person(renamed["association"]),
        )

    def _book_one(self) -> None:
        """By the association whose diagnosis has waited longest."""
        diagnosis = Diagnosis.objects.open().order_by("at", "pk")[0]
        organisation = diagnosis.project.association.organisation
        person = organisation.memberships.select_related("user")[0].user
        book_slot(slot=free_slots()[1], organisation_id=organisation.pk, about=diagnosis.project, by=person)


def _next_worked(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
