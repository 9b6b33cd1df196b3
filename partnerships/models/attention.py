from django.db import models
from django.db.models import F, Q

from associations.models import Association
from companies.models import Company
from mecenova.calendar import clock
from partnerships.enums import AttentionSource


class AttentionMonth(models.Model):
    """How many associations a company said it can look at in a month, and how many places are spent."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="attention_months")
    month = models.DateField("mois", help_text="Premier jour du mois")
    capacity = models.PositiveSmallIntegerField("capacité")
    spent = models.PositiveSmallIntegerField("places prises", default=0)

    class Meta:
        verbose_name = "mois d’attention"
        verbose_name_plural = "mois d’attention"
        constraints = [
            models.UniqueConstraint(fields=("company", "month"), name="attention_month_once_per_company"),
            models.CheckConstraint(condition=Q(spent__lte=F("capacity")), name="attention_never_overspent"),
            models.CheckConstraint(condition=Q(month__day=1), name="attention_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.month:%Y-%m}"


class AttentionEntry(models.Model):
    """One place of a month, spent on one association; given back when nothing came of it."""

    month = models.ForeignKey(AttentionMonth, models.CASCADE, related_name="entries")
    association = models.ForeignKey(Association, models.CASCADE, related_name="attention_entries")
    source = models.CharField("origine", max_length=20, choices=AttentionSource)
    spent_at = models.DateTimeField("prise le", default=clock.now, editable=False)
    returned_at = models.DateTimeField("rendue le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "place d’attention"
        verbose_name_plural = "places d’attention"
        constraints = [
            models.UniqueConstraint(
                fields=("month", "association"),
                condition=Q(returned_at__isnull=True),
                name="attention_one_place_per_association_and_month",
            ),
            models.CheckConstraint(
                condition=Q(source__in=AttentionSource.values), name="attention_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month_id} · {self.association_id}"
