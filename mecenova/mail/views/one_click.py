"""The page behind a one-click link: GET shows, POST acts, no account needed."""

from typing import TYPE_CHECKING, Any

from allauth.decorators import rate_limit
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mecenova.locks import once_more
from mecenova.mail.links import LinkAltered, LinkExpired, OneClick, ReadLink, read
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

EXPIRED = "Ce lien n’est plus valable\u00a0: il avait une durée limitée."
ALTERED = "Ce lien est incomplet ou a été modifié. Copiez-le en entier depuis le message, ou cliquez dessus."
GONE = "Ce lien ne mène plus à rien\u00a0: ce dont il parlait n’existe plus, ou ne vous concerne plus."
FORMER_ADDRESS = (
    "Ce lien ne dit pas qu’il a été envoyé à l’adresse que le compte a aujourd’hui. "
    "Connectez-vous, puis ouvrez-le de nouveau\u00a0: il servira."
)
OTHER_PERSON = (
    "Ce lien a été envoyé à une autre personne que celle qui est connectée ici. "
    "Déconnectez-vous si c’est vous, ou laissez cette personne répondre."
)


# The address itself is the secret that gives the right to act, and no cookie adds to it: a forged request
# would have to know it. Django's own check cannot serve: a page without referrer posts « Origin: null ».
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="one_click")
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link proposes; do it when its form is sent."""
    try:
        link = read(token)
        user, subject = _user(link), link.action.get_subject(link.subject_id)
    except LinkExpired:
        return refused(request, EXPIRED, 410)
    except LinkAltered:
        return refused(request, ALTERED, 404)
    if user is None or subject is None:
        return refused(request, GONE, 404)
    if request.user.is_authenticated and request.user.pk != user.pk:
        return refused(request, OTHER_PERSON, 404)
    if not request.user.is_authenticated and not link.was_sent_to(user):
        return refused(request, FORMER_ADDRESS, 403)
    if not link.action.may_act(subject, user):
        return refused(request, GONE, 404)
    if reason := link.action.still_possible(subject):
        return _over(request, link.action, subject, reason)
    if request.method == "POST":
        return _act(request, link, subject, user)
    form = link.action.get_form(subject, user)
    return page(request, link.action.template, _shown(link.action, subject, user, form))


def _act(request: HttpRequest, link: ReadLink, subject: Any, user: "User") -> HttpResponse:
    form = link.action.get_form(subject, user, request.POST)
    status = 422
    if form.is_valid():
        try:
            message = once_more(lambda: link.action.act(subject, user, form.cleaned_data))
        except PermissionDenied:
            return refused(request, GONE, 404)
        except DomainError as error:
            # Somebody may have acted a moment before: what happened is more useful than our refusal.
            current = link.action.get_subject(link.subject_id)
            if current is None:
                return refused(request, GONE, 410)
            if reason := link.action.still_possible(current):
                return _over(request, link.action, current, reason)
            form.add_error(None, error.message)
            status = 409
        else:
            goes_on = link.action.goes_on(subject)
            return page(request, "mail_pages/done.html", {"message": message, "goes_on": goes_on})
    return page(request, link.action.template, _shown(link.action, subject, user, form), status)


def _user(link: ReadLink) -> "User | None":
    users: Any = get_user_model()._default_manager
    return users.filter(pk=link.user_id, is_active=True).first()


def _shown(action: OneClick, subject: Any, user: "User", form: Any) -> dict[str, Any]:
    return {
        "action": action,
        "subject": subject,
        "person": user,
        "form": form,
        **action.context(subject, user),
    }


def _over(request: HttpRequest, action: OneClick, subject: Any, reason: str) -> HttpResponse:
    """It is settled since the mail: what happened, and where that is read."""
    context = {"reason": reason, "looks_back": action.looks_back(subject)}
    return page(request, "mail_pages/over.html", context, 410)


def refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return page(request, "mail_pages/refused.html", {"reason": reason}, status)


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response
