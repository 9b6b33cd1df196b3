from django.urls import path

from mecenova.demo import views

app_name = "demo"
urlpatterns = [path("courriels-de-demonstration/", views.mailbox, name="mailbox")]
