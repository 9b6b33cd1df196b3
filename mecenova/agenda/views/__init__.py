"""The agenda's pages: the team's delays, errors, checks and slots, and the slots that members choose."""
