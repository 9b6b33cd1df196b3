from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AgendaConfig(AppConfig):
    name = "mecenova.agenda"
    verbose_name = "Agenda"

    def ready(self) -> None:
        autodiscover_modules("followups")
