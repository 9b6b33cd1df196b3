"""The site lived ahead of time, apart: on another clock, in a database of its own, its mails going nowhere."""
