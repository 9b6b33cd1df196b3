from django.contrib.auth.decorators import login_not_required
from django.urls import path

from infotheque.feeds import NewDocuments
from infotheque.views import lists, paths, reading

app_name = "infotheque"
urlpatterns = [
    path("", lists.document_list, name="list"),
    path("flux/", login_not_required(NewDocuments()), name="feed"),
    path("recherches-sans-reponse/signaler/", lists.gap, name="gap"),
    path("<uuid:pk>/", reading.document, name="document"),
    path("fichiers/<uuid:pk>/", reading.file, name="file"),
    path("fichiers/<uuid:pk>/apercu/", reading.picture, name="picture"),
    path("parcours/", paths.path_list, name="path_list"),
    path("parcours/<slug:slug>/", paths.path, name="path"),
    path("parcours/<slug:slug>/<slug:key>/", paths.step, name="step"),
    path("parcours/<slug:slug>/<slug:key>/repondre/", paths.answer, name="step_answer"),
    path("parcours/<slug:slug>/<slug:key>/reprendre/", paths.take_up, name="step_take_up"),
]
