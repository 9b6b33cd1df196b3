from django.urls import path

from mecenova.mail.views.mailbox import mailbox, message
from mecenova.mail.views.one_click import one_click

app_name = "mail"
urlpatterns = [
    path("lien/<str:token>/", one_click, name="one_click"),
    path("courriels/", mailbox, name="mailbox"),
    path("courriels/<uuid:pk>/", message, name="message"),
]
