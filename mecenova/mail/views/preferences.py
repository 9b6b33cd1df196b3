"""What a person wishes to receive: the page of preferences, and the one-click end of a subscription."""

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mecenova.mail import unsubscribe
from mecenova.mail.forms import PreferencesForm
from mecenova.mail.groups import group_named
from mecenova.mail.preferences import decline, set_wishes, wishes_of
from mecenova.mail.views.one_click import ALTERED, GONE, page, refused
from mecenova.ui.form_pages import show_form


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """One line per group of information mails; what always arrives is said."""
    form = PreferencesForm(request.POST or None, wishes=wishes_of(request.user.pk))
    if request.method == "POST" and form.is_valid():
        set_wishes(user_id=request.user.pk, wishes=form.wishes())
        messages.success(request, "Vos préférences sont enregistrées.")
        return redirect("mail:preferences")
    return show_form(request, "mail_pages/preferences.html", form)


# RFC 8058: a mailbox posts here by itself, without cookie or page. The signed address is the right to.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="unsubscribe")
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what would no longer arrive; end it when the form, or a mailbox's own button, is sent."""
    try:
        subscription = unsubscribe.read(token)
    except unsubscribe.TokenAltered:
        return refused(request, ALTERED, 404)
    user = get_user_model()._default_manager.filter(pk=subscription.user_id).first()
    if user is None:
        return refused(request, GONE, 404)
    groups = [group_named(slug) for slug in subscription.groups]
    if request.method == "POST":
        decline(user_id=user.pk, groups=subscription.groups)
        return page(request, "mail_pages/unsubscribed.html", {"groups": groups})
    wishes = wishes_of(user.pk)
    if not any(wishes.get(slug, True) for slug in subscription.groups):
        return page(request, "mail_pages/unsubscribed.html", {"groups": groups})
    return page(request, "mail_pages/unsubscribe.html", {"groups": groups, "person": user})
