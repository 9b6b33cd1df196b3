from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# One way in, with its limits: the admin's own form would let anybody try passwords without end.
admin.site.login = secure_admin_login(admin.site.login)
# So would its own change of password, of which nobody is told.
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")

urlpatterns = [
    path("", include("mecenova.pages.urls")),
    path("", include("accounts.urls")),
    path("", include("associations.urls")),
    path("", include("companies.urls")),
    path("", include("matching.urls")),
    path("", include("partnerships.urls")),
    path("infotheque/", include("infotheque.urls")),
    path("equipe/imports/", include("mecenova.imports.urls")),
    path("", include("mecenova.agenda.urls")),
    path("", include("mecenova.mail.urls")),
    path("compte/", include("allauth.account.urls")),
    path("compte/deux-etapes/", include("allauth.mfa.urls")),
    path("administration/", admin.site.urls),
]

if apps.is_installed("mecenova.demo"):
    urlpatterns.append(path("", include("mecenova.demo.urls")))

handler500 = "mecenova.ui.errors.server_error"
