from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"
    verbose_name = "Mises en relation et partenariats"

    def ready(self) -> None:
        from partnerships import receivers  # noqa: F401  (connects the signals)
