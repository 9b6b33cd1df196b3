"""A whole year of the site in a few minutes: invented people, the site's own operations, a virtual clock."""
