from django.urls import path

from companies.views import company, lists, need, registration

app_name = "companies"
urlpatterns = [
    path("inscription/entreprise/", registration.register, name="register"),
    path("entreprises/", lists.company_list, name="list"),
    path("entreprises/<uuid:pk>/", company.detail, name="detail"),
    path("entreprises/<uuid:pk>/modifier/", company.edit, name="edit"),
    path("entreprises/<uuid:pk>/politique/", company.policy, name="policy"),
    path("entreprises/<uuid:pk>/appel/", company.call, name="call"),
    path("besoins/", lists.need_list, name="need_list"),
    path("besoins/nouveau/", need.create, name="need_create"),
    path("besoins/<uuid:pk>/", need.detail, name="need_detail"),
    path("besoins/<uuid:pk>/modifier/", need.edit, name="need_edit"),
    path("besoins/<uuid:pk>/publier/", need.publish, name="need_publish"),
    path("besoins/<uuid:pk>/clore/", need.close, name="need_close"),
]
