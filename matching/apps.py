from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = "Rapprochement"

    def ready(self) -> None:
        from associations.hints import register_cause_reader, register_project_hint
        from matching import receivers  # noqa: F401 (connects the signals)
        from matching.hints import causes_told, diagnosis_hint, money_only_hint, why_released
        from partnerships.hints import register_explanation

        register_project_hint(diagnosis_hint)
        register_project_hint(money_only_hint)
        register_cause_reader(causes_told)
        register_explanation(why_released)
