from django.urls import path

from mecenova.mail.views import team
from mecenova.mail.views.mailbox import mailbox, message
from mecenova.mail.views.one_click import one_click
from mecenova.mail.views.preferences import preferences, unsubscribe_page
from mecenova.mail.views.provider import provider_news

app_name = "mail"
urlpatterns = [
    path("lien/<str:token>/", one_click, name="one_click"),
    path("courriels/", mailbox, name="mailbox"),
    path("courriels/preferences/", preferences, name="preferences"),
    path("courriels/se-desabonner/<str:token>/", unsubscribe_page, name="unsubscribe"),
    path("courriels/retours/<slug:provider>/", provider_news, name="provider_news"),
    path("courriels/adresse/reprendre/", team.mend_own, name="mend_own_address"),
    path("courriels/<uuid:pk>/", message, name="message"),
    path("courriels/<uuid:pk>/reessayer/", team.retry, name="retry"),
    path("equipe/courriels/", team.failed, name="failed"),
    path("equipe/courriels/adresses/<uuid:pk>/reprendre/", team.mend, name="mend_address"),
]
