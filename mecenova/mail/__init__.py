"""The outbox: a mail is a row written with the fact that caused it, then delivered by whoever claims it."""
