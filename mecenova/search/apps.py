from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "mecenova.search"
    verbose_name = "Recherche"
