from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mecenova.demo"
    verbose_name = "Démonstration"
