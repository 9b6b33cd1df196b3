"""The one clock, French working days and quiet hours. Pure: no Django app, no table."""
