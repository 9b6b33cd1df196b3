"""What programs ask of the site: browsers, search engines, and whoever watches over it."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from mecenova.mail.addresses import absolute_url
from mecenova.pages.service import parts
from mecenova.pages.sitemaps import SITEMAPS


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What is left unread: what needs an account, and every way of filtering the same lists."""
    address = absolute_url(reverse("pages:sitemap_index"))
    return render(request, "pages/robots.txt", {"sitemap": address}, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return sitemaps.index(request, SITEMAPS, sitemap_url_name="pages:sitemap")


@login_not_required
@require_safe
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return sitemaps.sitemap(request, SITEMAPS, section)


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Asked for by browsers and readers that have not read the page."""
    return redirect(static("img/favicon.ico"), permanent=True)


@login_not_required
@require_safe
def service(request: HttpRequest) -> HttpResponse:
    """For a monitor: 503 and the word « panne » as long as one part does not do its work."""
    told = parts()
    lines = [
        f"{part.name}\u00a0: {f'panne, {part.trouble}' if part.trouble else 'en marche'}" for part in told
    ]
    status = 503 if any(part.trouble for part in told) else 200
    response = HttpResponse("\n".join([*lines, ""]), status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
