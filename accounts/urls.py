from allauth.account.views import email_verification_sent
from django.urls import path

from accounts.views import absences, claims, clicks, duplicates, members, person, sign_up

app_name = "accounts"
urlpatterns = [
    path("inscription/", clicks.once(sign_up.SignUp.as_view()), name="sign_up"),
    path("inscription/organisme/", sign_up.choose_kind, name="choose_kind"),
    path("compte/confirm-email/", clicks.once(email_verification_sent), name="code"),
    path("compte/signup/", sign_up.single_way, name="single_way"),
    path("mes-informations/", person.person, name="person"),
    path("mes-informations/fermer/", person.close_account, name="close_account"),
    path("mes-informations/copie/", person.export, name="export"),
    path("mes-absences/", absences.absences, name="absences"),
    path("absences/<uuid:pk>/supprimer/", absences.forget_absence, name="forget_absence"),
    path("personnes/<uuid:pk>/absences/", absences.person_absences, name="person_absences"),
    path("organismes/<uuid:pk>/absences/", absences.organisation_absences, name="organisation_absences"),
    path("organismes/<uuid:pk>/revendiquer/", claims.claim, name="claim"),
    path("organismes/<uuid:pk>/membres/", members.members, name="members"),
    path("organismes/<uuid:pk>/quitter/", members.leave, name="leave"),
    path("organismes/<uuid:pk>/retirer/", members.withdraw, name="withdraw"),
    path("organismes/<uuid:pk>/effacer/", members.erase, name="erase"),
    path("membres/<uuid:pk>/role/", members.change_role, name="change_role"),
    path("membres/<uuid:pk>/retirer/", members.remove_member, name="remove_member"),
    path("invitations/<uuid:pk>/annuler/", members.withdraw_invitation, name="withdraw_invitation"),
    path("equipe/doublons/", duplicates.duplicates, name="duplicates"),
    path("equipe/doublons/journal/", duplicates.merges, name="merges"),
    path("equipe/doublons/<uuid:kept>/<uuid:gone>/", duplicates.comparison, name="comparison"),
    path("equipe/doublons/<uuid:kept>/<uuid:gone>/distinguer/", duplicates.tell_apart, name="tell_apart"),
    path("equipe/doublons/<uuid:kept>/<uuid:gone>/fusionner/", duplicates.merge, name="merge"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
]
