"""The three people a newcomer may be: made by `load_demo`, printed by `make demo`."""

from typing import NamedTuple


class Login(NamedTuple):
    who: str
    email: str
    password: str


PASSWORD = "mecenova-demo"
ASSOCIATION = Login("Une association", "association@demo.example", PASSWORD)
COMPANY = Login("Une entreprise", "entreprise@demo.example", PASSWORD)
STAFF = Login("L’équipe IMS", "equipe@demo.example", PASSWORD)
LOGINS = (ASSOCIATION, COMPANY, STAFF)
