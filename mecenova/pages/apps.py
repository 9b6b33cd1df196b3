from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "mecenova.pages"
    verbose_name = "Pages"
