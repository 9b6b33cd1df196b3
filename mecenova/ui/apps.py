from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "mecenova.ui"
    verbose_name = "Interface"
