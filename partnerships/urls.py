from django.urls import path

from partnerships.views import introductions, partnerships, refusals

app_name = "partnerships"
urlpatterns = [
    path("mises-en-relation/", introductions.introductions, name="introductions"),
    path("mises-en-relation/nouvelle/", introductions.introduction_create, name="introduction_create"),
    path("mises-en-relation/<uuid:pk>/", introductions.introduction, name="introduction"),
    path("mises-en-relation/<uuid:pk>/repondre/", introductions.answer, name="introduction_answer"),
    path("mises-en-relation/<uuid:pk>/retirer/", introductions.withdraw, name="introduction_withdraw"),
    path("mises-en-relation/<uuid:pk>/vue/", introductions.seen, name="introduction_seen"),
    path("partenariats/<uuid:pk>/", partnerships.partnership, name="partnership"),
    path("partenariats/<uuid:pk>/abandonner/", partnerships.abandon, name="partnership_abandon"),
    path("partenariats/<uuid:pk>/parle/", partnerships.talk, name="partnership_talk"),
    path("partenariats/<uuid:pk>/trancher/", partnerships.settle, name="partnership_settle"),
    path("partenariats/<uuid:pk>/signer/", partnerships.agree, name="partnership_agree"),
    path("partenariats/<uuid:pk>/corriger/", partnerships.correct, name="partnership_correct"),
    path("partenariats/<uuid:pk>/contester/", partnerships.contest, name="partnership_contest"),
    path(
        "partenariats/<uuid:pk>/trancher-la-signature/",
        partnerships.settle_signature,
        name="partnership_settle_signature",
    ),
    path("partenariats/<uuid:pk>/prolonger/", partnerships.renew, name="partnership_renew"),
    path("partenariats/<uuid:pk>/terminer/", partnerships.end, name="partnership_end"),
    path("partenariats/<uuid:pk>/bilan/", partnerships.reflect, name="partnership_reflect"),
    path("equipe/refus/", refusals.refusal_steps, name="refusal_steps"),
    path("equipe/refus/<uuid:pk>/", refusals.refusal_step, name="refusal_step"),
]
