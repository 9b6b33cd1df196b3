from django.contrib.auth.decorators import login_not_required
from django.urls import path

from infotheque.feeds import NewDocuments
from infotheque.views import collections, curation, deposits, gaps, home, lists, paths, reading, tips

app_name = "infotheque"
urlpatterns = [
    path("", lists.document_list, name="list"),
    path("flux/", login_not_required(NewDocuments()), name="feed"),
    path("recherches-sans-reponse/signaler/", lists.gap, name="gap"),
    path("a-la-une/", home.front_page, name="front_page"),
    path("<uuid:pk>/", reading.document, name="document"),
    path("<uuid:pk>/ouvert/", reading.opened, name="opened"),
    path("<uuid:pk>/utile/", reading.useful, name="useful"),
    path("fichiers/<uuid:pk>/", reading.file, name="file"),
    path("fichiers/<uuid:pk>/apercu/", reading.picture, name="picture"),
    path("parcours/", paths.path_list, name="path_list"),
    path("parcours/<slug:slug>/", paths.path, name="path"),
    path("parcours/<slug:slug>/<slug:key>/", paths.step, name="step"),
    path("parcours/<slug:slug>/<slug:key>/repondre/", paths.answer, name="step_answer"),
    path("parcours/<slug:slug>/<slug:key>/reprendre/", paths.take_up, name="step_take_up"),
    path("collections/<uuid:pk>/", collections.collection, name="collection"),
    path("suggerer/", tips.tip_create, name="tip_create"),
    # The team's own pages.
    path("equipe/", curation.curation, name="curation"),
    path("equipe/ecrire/", curation.create, name="create"),
    path("equipe/recherches-sans-reponse/", gaps.gap_list, name="gaps"),
    path("equipe/recherches-sans-reponse/<uuid:pk>/regler/", gaps.gap_settle, name="gap_settle"),
    path("equipe/reglages/", tips.settings, name="settings"),
    path("equipe/suggestions/", tips.tip_list, name="tips"),
    path("equipe/suggestions/<uuid:pk>/decider/", tips.tip_decide, name="tip_decide"),
    path("equipe/collections/", collections.collection_list, name="collections"),
    path("equipe/collections/<uuid:pk>/", collections.collection_edit, name="collection_edit"),
    path("equipe/collections/<uuid:pk>/montrer/", collections.collection_show, name="collection_show"),
    path(
        "equipe/collections/<uuid:pk>/<uuid:document>/ranger/",
        collections.collection_arrange,
        name="collection_arrange",
    ),
    path("equipe/depots/", deposits.deposit_list, name="deposits"),
    path("equipe/depots/deposer/", deposits.deposit_create, name="deposit_create"),
    path("equipe/depots/<uuid:pk>/", deposits.deposit, name="deposit"),
    path("equipe/<uuid:pk>/", curation.edit, name="edit"),
    path("equipe/<uuid:pk>/avancer/", curation.advance, name="advance"),
    path("equipe/<uuid:pk>/commenter/", curation.comment, name="comment"),
    path("equipe/<uuid:pk>/une/", curation.feature, name="feature"),
    path("equipe/<uuid:pk>/lien/", curation.replace_link, name="replace_link"),
    path("equipe/<uuid:pk>/collections/", curation.shelve, name="shelve"),
    path("equipe/<uuid:pk>/version/", deposits.version_form, name="version_form"),
    path("equipe/<uuid:pk>/version/deposer/", deposits.version_create, name="version_create"),
]
