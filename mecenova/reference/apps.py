from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "mecenova.reference"
    verbose_name = "Référentiels"
