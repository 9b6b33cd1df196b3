from importlib import import_module

from django.apps import AppConfig


class InfothequeConfig(AppConfig):
    name = "infotheque"
    verbose_name = "Infothèque"

    def ready(self) -> None:
        import_module("infotheque.receivers")
