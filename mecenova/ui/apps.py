from typing import Any

from django.apps import AppConfig
from django.forms import CharField

# Django speaks of « cette valeur ».
TOO_LONG = (
    "C’est trop long\u00a0: %(limit_value)d caractères au plus, et il y en a %(show_value)d. "
    "Rien n’est perdu\u00a0: raccourcissez, puis envoyez de nouveau."
)


class UiConfig(AppConfig):
    name = "mecenova.ui"
    verbose_name = "Interface"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # Before any form is declared: a field takes its messages when it is made.
        CharField.default_error_messages = {**CharField.default_error_messages, "max_length": TOO_LONG}
