from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = "Entreprises"

    def ready(self) -> None:
        from companies import exercises, prescribed, receivers  # noqa: F401
        from companies.models import Company, Need
        from companies.policies import can_view_company, can_view_need
        from mecenova.ui.opening import register_page

        register_page(Company, can_view_company)
        register_page(Need, can_view_need)
