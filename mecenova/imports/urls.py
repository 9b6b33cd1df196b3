from django.urls import path

from mecenova.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="list"),
    path("deposer/", views.upload, name="upload"),
    path("modeles/<slug:slug>.csv", views.blank_file, name="blank_file"),
    path("<uuid:pk>/", views.run, name="run"),
    path("<uuid:pk>/confirmer/", views.confirm, name="confirm"),
    path("<uuid:pk>/annuler/", views.cancel, name="cancel"),
    path("<uuid:pk>/reprendre/", views.resume, name="resume"),
    path("<uuid:pk>/fichier.csv", views.source, name="source"),
    path("<uuid:pk>/rejets.csv", views.rejects, name="rejects"),
    path("<uuid:pk>/rapport.csv", views.report, name="report"),
]
