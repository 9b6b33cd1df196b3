from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MailConfig(AppConfig):
    name = "mecenova.mail"
    verbose_name = "Courriels"

    def ready(self) -> None:
        from mecenova.mail import digest, receivers  # noqa: F401  (a notification of ours, and who listens)

        autodiscover_modules("notifications", "links")
