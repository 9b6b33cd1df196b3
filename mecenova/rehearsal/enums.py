from django.db.models import TextChoices


class PreviewStatus(TextChoices):
    WAITING = "waiting", "Demandé"
    RUNNING = "running", "En cours de calcul"
    DONE = "done", "Prêt"
    FAILED = "failed", "Échec"


class LineKind(TextChoices):
    MAIL = "mail", "Courriel"
    DIGEST = "digest", "Lettre de la semaine"
    FOLLOW_UP = "follow_up", "Relance"
