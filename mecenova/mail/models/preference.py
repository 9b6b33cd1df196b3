"""What people accept to receive."""

from django.conf import settings
from django.db import models


class MailPreference(models.Model):
    """A person's wish about one group of information mails; without a row, they are wanted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences"
    )
    group = models.CharField("groupe", max_length=60)
    wanted = models.BooleanField("souhaité", default=True)

    class Meta:
        verbose_name = "préférence de courriel"
        verbose_name_plural = "préférences de courriel"
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="one_preference_per_group")]

    def __str__(self) -> str:
        return f"{self.group}: {self.wanted}"
