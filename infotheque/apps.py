from django.apps import AppConfig


class InfothequeConfig(AppConfig):
    name = "infotheque"
    verbose_name = "Infothèque"
