"""The one clock, its check against the database's, French working days and quiet hours. No app, no table."""
