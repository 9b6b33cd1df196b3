from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"
    verbose_name = "Associations"

    def ready(self) -> None:
        from associations import exercises, prescribed, receivers  # noqa: F401
        from associations.models import Association, Project
        from associations.policies import can_view_association, can_view_project
        from mecenova.ui.opening import register_page

        register_page(Association, can_view_association)
        register_page(Project, can_view_project)
