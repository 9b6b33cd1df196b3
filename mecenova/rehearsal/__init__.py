"""The site lived ahead of time, apart: another clock, a database of its own, mails that go nowhere."""
