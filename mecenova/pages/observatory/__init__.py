"""The observatory of waiting: its figures, the rule that hides small groups, the map, the files."""
