from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"
    verbose_name = "Mises en relation et partenariats"

    def ready(self) -> None:
        from associations.hints import register_project_hint
        from partnerships import receivers  # noqa: F401  (connects the signals)
        from partnerships.refusals import refusal_hint

        register_project_hint(refusal_hint)
