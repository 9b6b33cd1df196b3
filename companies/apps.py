from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = "Entreprises"

    def ready(self) -> None:
        from companies import exercises, prescribed, receivers  # noqa: F401
