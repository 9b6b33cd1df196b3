from django.urls import path

from infotheque.views import lists, reading

app_name = "infotheque"
urlpatterns = [
    path("", lists.document_list, name="list"),
    path("<uuid:pk>/", reading.document, name="document"),
    path("fichiers/<uuid:pk>/", reading.file, name="file"),
    path("fichiers/<uuid:pk>/apercu/", reading.picture, name="picture"),
]
