"""A person's calendar, as RFC 5546 has it: events are known by name, what changed the most is believed."""

import re
from email import message_from_bytes, policy

ESCAPED = {"n": "\n", "N": "\n"}
LINE = re.compile(r"(?P<name>[A-Z-]+)(?P<parameters>(?:;[A-Z-]+=(?:\"[^\"]*\"|[^\";:,]*))*):(?P<value>.*)")


def read(content):
    """The lines of the event by name, and what is asked. Strict: what a calendar might refuse raises."""
    assert content.endswith("\r\n")
    assert "\n" not in content.replace("\r\n", "")
    assert max(len(line.encode()) for line in content.split("\r\n")) <= 75
    lines = [LINE.fullmatch(line) for line in content[:-2].replace("\r\n ", "").split("\r\n")]
    assert all(lines), content
    names = [line["name"] for line in lines]
    assert (names[0], names[-1], names.count("BEGIN")) == ("BEGIN", "END", 2)
    found = {line["name"]: line["value"] for line in lines if line["name"] not in ("BEGIN", "END")}
    assert len(found) == len(names) - 4, "a line stands twice"
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
        if name in found:
            assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", found[name]), found[name]
            found[name] = re.sub(r"\\(.)", lambda one: ESCAPED.get(one[1], one[1]), found[name])
    found["PEOPLE"] = [line[0] for line in lines if line["name"] in ("ORGANIZER", "ATTENDEE")]
    return found


def parts_of(mail):
    """The mail as its server got it: what is for calendars as part and as file, and the part's method."""
    message = message_from_bytes(mail.message().as_bytes(linesep="\r\n"), policy=policy.SMTP)
    assert message.get_content_type() == "multipart/mixed"
    words, file = message.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in words.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    part = list(words.iter_parts())[-1]
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "rendez-vous.ics")
    return (
        part.get_payload(decode=True).decode(),
        file.get_payload(decode=True).decode(),
        part["Content-Type"].params["method"],
    )


class Calendar:
    """What one address has, once these mails were read in this order."""

    def __init__(self, address, mails):
        self.events, self._changes = {}, {}
        for mail in mails:
            if mail.to == [address] and mail.attachments:
                self._take(address, *parts_of(mail))

    def _take(self, address, part, file, method):
        assert part == file
        event = read(part)
        assert event["METHOD"] == method
        assert f"mailto:{address}" in event["PEOPLE"][-1]
        uid, sequence = event["UID"], int(event["SEQUENCE"])
        if sequence < self._changes.get(uid, 0):
            return
        self._changes[uid] = sequence
        self.events.pop(uid, None)
        if method == "REQUEST":
            self.events[uid] = event

    @property
    def hours(self):
        return [event["DTSTART"] for event in self.events.values()]

    @property
    def titles(self):
        return [event["SUMMARY"] for event in self.events.values()]
