from django.db import models


class RunStatus(models.TextChoices):
    TRYING = "trying", "Essai en cours"
    REFUSED = "refused", "Fichier refusé"
    READY = "ready", "À confirmer"
    CANCELLED = "cancelled", "Annulé"
    WRITING = "writing", "Écriture en cours"
    DONE = "done", "Terminé"
    STOPPED = "stopped", "Interrompu"


# The worker has something to do.
WORKING_STATUSES = (RunStatus.TRYING, RunStatus.WRITING)
CONFIRMED_STATUSES = (RunStatus.WRITING, RunStatus.DONE)
