"""Pages of the mail room: what a link opens, and one's own mails."""
