"""Follow-ups: dated next steps stored as rows, decided again at the moment they come due."""
