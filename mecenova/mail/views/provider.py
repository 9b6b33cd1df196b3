"""What the provider that carries our mails tells of them: bounces and complaints, through anymail.

Only the provider named by MAIL_PROVIDER is heard, and only with the secret of ANYMAIL_WEBHOOK_SECRET.
"""

import logging

from allauth.decorators import rate_limit
from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

logger = logging.getLogger(__name__)

# What anymail's reading of an invented payload can raise.
NOT_WHAT_IT_SENDS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    DataError,
)
VIEWS = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailersend": "anymail.webhooks.mailersend.MailerSendTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}


# A program posts here: neither cookie nor page. The secret in its Authorization header is checked by anymail.
@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
@rate_limit(action="provider_news")
def provider_news(request: HttpRequest, provider: str) -> HttpResponse:
    if provider != settings.MAIL_PROVIDER or provider not in VIEWS:
        logger.warning("News from an unknown mail provider refused")
        raise Http404
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        logger.error("News from %s refused: ANYMAIL_WEBHOOK_SECRET is not set", provider)
        raise Http404
    view = import_string(VIEWS[provider])
    try:
        view()
    except AnymailConfigurationError:
        logger.error("News from %s cannot be heard: MAIL_PROVIDER_SIGNING_KEY is not set", provider)
        return HttpResponse(status=503)
    try:
        return view.as_view()(request)
    except AnymailWebhookValidationFailure:
        logger.warning("News from %s refused: wrong secret or signature", provider)
        return HttpResponse(status=403)
    except (AnymailConfigurationError, SuspiciousOperation, *NOT_WHAT_IT_SENDS):
        logger.warning("News from %s refused: not what it sends", provider)
        return HttpResponse(status=400)
