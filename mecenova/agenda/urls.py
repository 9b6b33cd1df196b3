from django.urls import path

from mecenova.agenda.views import checks, delays, slots

app_name = "agenda"
urlpatterns = [
    path("equipe/delais/", delays.delays, name="delays"),
    path("equipe/delais/<str:rule>/<int:day>/", delays.delay, name="delay"),
    path("equipe/relances-en-erreur/", checks.errors, name="errors"),
    path("equipe/relances-en-erreur/<uuid:pk>/reessayer/", checks.retry, name="retry"),
    path("equipe/silence/", checks.silence, name="silence"),
    path("equipe/creneaux/", slots.team_slots, name="team_slots"),
    path("rendez-vous/choisir/<str:token>/", slots.slots, name="slots"),
    path("rendez-vous/choisir/<str:token>/demander/", slots.ask_for_slot, name="ask_for_slot"),
    path("rendez-vous/<uuid:pk>/", slots.slot, name="slot"),
    path("rendez-vous/<uuid:pk>/calendrier.ics", slots.slot_calendar, name="slot_calendar"),
    path("rendez-vous/<uuid:pk>/annuler/", slots.cancel_booking, name="cancel_booking"),
    path("rendez-vous/<uuid:pk>/manque/", slots.miss_slot, name="miss_slot"),
    path("rendez-vous/<uuid:pk>/tenu/", slots.hold_slot, name="hold_slot"),
]
