from django.urls import path

from infotheque import views

app_name = "infotheque"
urlpatterns = [
    path("", views.document_list, name="list"),
    path("<uuid:pk>/", views.document, name="document"),
    path("<uuid:pk>/fichier/", views.file, name="file"),
]
