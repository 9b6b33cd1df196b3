from django.urls import path

from mecenova.pages.views import dashboard, public, team

app_name = "pages"
urlpatterns = [
    path("", public.home, name="home"),
    path("comprendre/", public.understand, name="understand"),
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("equipe/", team.control_tower, name="control_tower"),
    path("equipe/paniers/<slug:slug>/", team.basket, name="basket"),
    path("equipe/organismes/<uuid:pk>/", team.organisation, name="organisation"),
    path("equipe/organismes/<uuid:pk>/verifier/", team.check, name="organisation_check"),
    path("equipe/organismes/<uuid:pk>/preciser/", team.ask_for_changes, name="organisation_ask_for_changes"),
    path("equipe/revendications/<uuid:pk>/", team.claim, name="claim"),
    path("equipe/revendications/<uuid:pk>/decider/", team.decide_claim, name="claim_decide"),
]
