from django.urls import path

from associations.views import asks, directory, profile, projects, registration

app_name = "associations"
urlpatterns = [
    path("inscription/association/", registration.register, name="register"),
    path("associations/", directory.association_list, name="list"),
    path("associations/<uuid:pk>/", directory.association_detail, name="detail"),
    path("associations/<uuid:pk>/modifier/", profile.edit, name="edit"),
    path("associations/<uuid:pk>/modifier/<slug:section>/", profile.edit_section, name="edit_section"),
    path("associations/<uuid:pk>/appel/", profile.note_call_made, name="note_call"),
    path("projets/nouveau/", projects.project_create, name="project_create"),
    path("projets/<uuid:pk>/", projects.project_detail, name="project_detail"),
    path("projets/<uuid:pk>/modifier/", projects.project_edit, name="project_edit"),
    path("projets/<uuid:pk>/publier/", projects.project_publish, name="project_publish"),
    path("projets/<uuid:pk>/mettre-en-pause/", projects.project_pause, name="project_pause"),
    path("projets/<uuid:pk>/reprendre/", projects.project_resume, name="project_resume"),
    path("projets/<uuid:pk>/cloturer/", projects.project_close, name="project_close"),
    path("projets/<uuid:pk>/demandes/nouvelle/", asks.ask_create, name="ask_create"),
    path("demandes/<uuid:pk>/modifier/", asks.ask_edit, name="ask_edit"),
    path("demandes/<uuid:pk>/retirer/", asks.ask_delete, name="ask_delete"),
]
