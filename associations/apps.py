from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"
    verbose_name = "Associations"

    def ready(self) -> None:
        from associations import exercises, prescribed, receivers  # noqa: F401
