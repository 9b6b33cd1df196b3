from django.urls import path

from matching.views import diagnosis, pairs, presentations, suggestions, why

app_name = "matching"
urlpatterns = [
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/<uuid:pk>/", suggestions.suggestion, name="suggestion"),
    path("suggestions/<uuid:pk>/interessee/", suggestions.interest, name="suggestion_interest"),
    path("suggestions/<uuid:pk>/ecarter/", suggestions.decline, name="suggestion_decline"),
    path("suggestions/<uuid:pk>/vue/", suggestions.seen, name="suggestion_seen"),
    path("presentations/", presentations.presentations, name="presentations"),
    path("diagnostics/<uuid:pk>/", diagnosis.diagnosis, name="diagnosis"),
    path("diagnostics/<uuid:pk>/choisir/", diagnosis.choose, name="diagnosis_choose"),
    path("diagnostics/<uuid:pk>/appel/", diagnosis.call, name="diagnosis_call"),
    path("besoins-pour-vous/", presentations.suited, name="suited_needs"),
    path("besoins-pour-vous/pourquoi/", why.why_not_shown, name="why_not_shown"),
    path("besoins-pour-vous/<uuid:pk>/pourquoi/", why.why_not_for, name="why_not_for"),
    path("equipe/rapprochements/", pairs.choose_pair, name="choose_pair"),
    path("equipe/rapprochements/<uuid:need>/", pairs.closest, name="closest"),
    path("equipe/rapprochements/<uuid:need>/<uuid:association>/", pairs.pair, name="pair"),
]
