from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "mecenova.rehearsal"
    verbose_name = "Répétition"
