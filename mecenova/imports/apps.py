from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    name = "mecenova.imports"
    verbose_name = "Imports"

    def ready(self) -> None:
        autodiscover_modules("imports")
