from django.urls import URLPattern

app_name = "infotheque"
urlpatterns: list[URLPattern] = []
