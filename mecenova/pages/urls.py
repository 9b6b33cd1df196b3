from django.urls import path

from mecenova.pages.views import (
    about,
    checks,
    dashboard,
    engines,
    mails,
    observatory,
    passing_on,
    preview,
    public,
    readings,
    tower,
)

app_name = "pages"
urlpatterns = [
    path("", public.home, name="home"),
    path("robots.txt", engines.robots, name="robots"),
    path("sitemap.xml", engines.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", engines.sitemap, name="sitemap"),
    path("favicon.ico", engines.favicon, name="favicon"),
    path("etat-du-service/", engines.service, name="service"),
    path("comprendre/", public.understand, name="understand"),
    path("nous-ecrire/", about.contact, name="contact"),
    path("mentions-legales/", about.legal, name="legal"),
    path("donnees-personnelles/", about.privacy, name="privacy"),
    path("accessibilite/", about.accessibility, name="accessibility"),
    path("observatoire/", observatory.observatory, name="observatory"),
    path("observatoire/<slug:slug>.csv", observatory.observatory_file, name="observatory_file"),
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("equipe/", tower.control_tower, name="control_tower"),
    path("equipe/paniers/<slug:slug>/", tower.basket, name="basket"),
    path("equipe/paniers/<slug:slug>/<uuid:pk>/", tower.act, name="basket_act"),
    path("equipe/relances/reprendre/", passing_on.take_back, name="take_back"),
    path("equipe/relances/<uuid:pk>/prendre/", passing_on.take_on, name="take_on"),
    path("equipe/relances/<uuid:pk>/confier/", passing_on.hand_over, name="hand_over"),
    path("equipe/observatoire/", observatory.team_observatory, name="team_observatory"),
    path(
        "equipe/observatoire/<slug:slug>.csv", observatory.team_observatory_file, name="team_observatory_file"
    ),
    path("equipe/lectures/", readings.readings, name="readings"),
    path("equipe/courriels/tous/", mails.mails, name="mails"),
    path("equipe/apercu/", preview.preview, name="preview"),
    path("equipe/apercu/demander/", preview.ask, name="preview_ask"),
    path("equipe/organismes/<uuid:pk>/", checks.organisation, name="organisation"),
    path("equipe/organismes/<uuid:pk>/courriels/", mails.organisation_mails, name="organisation_mails"),
    path("equipe/organismes/<uuid:pk>/verifier/", checks.check, name="organisation_check"),
    path(
        "equipe/organismes/<uuid:pk>/preciser/", checks.ask_for_changes, name="organisation_ask_for_changes"
    ),
    path("equipe/revendications/<uuid:pk>/", checks.claim, name="claim"),
    path("equipe/revendications/<uuid:pk>/decider/", checks.decide_claim, name="claim_decide"),
]
