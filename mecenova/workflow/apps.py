from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkflowConfig(AppConfig):
    name = "mecenova.workflow"
    verbose_name = "Journal des états"

    def ready(self) -> None:
        autodiscover_modules("workflow")
