from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Organismes et comptes"

    def ready(self) -> None:
        from allauth.account.fields import PasswordField

        # Before allauth declares its forms: a field takes its messages when it is made.
        PasswordField.default_error_messages = {
            **PasswordField.default_error_messages,
            "required": "Écrivez votre mot de passe.",
        }
        from accounts import receivers  # noqa: F401 (connects the signals)
