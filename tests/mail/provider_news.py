"""One refusal for good and one for now as each provider tells them, whole, in its own words, and signed.

The fields and values are those of the providers' documentation of their webhooks; people and domains are
invented.
"""

import hashlib
import hmac
import json
from typing import Any

SIGNING_KEY = "une-cle-de-signature"
REFUSED = "550 5.1.1 The email account that you tried to reach does not exist"
FULL = "452 4.2.2 The recipient's inbox is out of storage space"


def told(provider: str, address: str, *, for_good: bool = True, key: str = SIGNING_KEY) -> tuple[bytes, dict]:
    """The body that the provider posts, and the headers of its signature."""
    payload = NEWS[provider](address, for_good)
    headers = {}
    if provider == "mailgun":
        mark = payload["signature"]
        mark["signature"] = _signed(key, f"{mark['timestamp']}{mark['token']}".encode())
    body = json.dumps(payload).encode()
    if provider == "mailersend":
        # It writes each « / » with a backslash.
        body = body.replace(b"/", rb"\/")
        headers["Signature"] = _signed(key, body)
    return body, headers


def _signed(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def _brevo(address: str, for_good: bool) -> Any:
    return {
        "event": "hard_bounce" if for_good else "soft_bounce",
        "email": address,
        "id": 26224,
        "date": "2026-11-23 09:00:00",
        "ts": 1795424400,
        "message-id": "<201798300811.5787683@exemple.test>",
        "ts_event": 1795424400,
        "ts_epoch": 1783000000000,
        "subject": "Votre mise en relation",
        "tag": "",
        "template_id": 22,
        "sending_ip": "203.0.113.7",
        "reason": REFUSED if for_good else FULL,
    }


def _mailersend(address: str, for_good: bool) -> Any:
    kind = "hard_bounced" if for_good else "soft_bounced"
    return {
        "type": f"activity.{kind}",
        "domain_id": "yv69oxl5kl785kw2",
        "created_at": "2026-07-02T13:46:40.520507Z",
        "webhook_id": "2351ndgwr4zqx8ko",
        "url": "https://mecenova.example/courriels/retours/mailersend/",
        "data": {
            "object": "activity",
            "id": "63fd251d5c00f8e52001fce6",
            "type": kind,
            "created_at": "2026-07-02T13:46:40.506000Z",
            "email": {
                "object": "email",
                "id": "63fd1c1de225707fa905f0a8",
                "created_at": "2026-07-02T13:46:39.141000Z",
                "from": "bonjour@mecenova.example",
                "subject": "Votre mise en relation",
                "status": "rejected",
                "tags": None,
                "message": {
                    "object": "message",
                    "id": "63fd25194d5edba3da09e044",
                    "created_at": "2026-07-02T13:46:39.061000Z",
                },
                "recipient": {
                    "object": "recipient",
                    "id": "63f3bb1965d98aa98c07d6b7",
                    "email": address,
                    "created_at": "2026-02-20T18:25:29.162000Z",
                },
            },
            "morph": {"object": "recipient_bounce", "reason": REFUSED if for_good else FULL},
            "template_id": "",
        },
    }


def _mailgun(address: str, for_good: bool) -> Any:
    return {
        "signature": {
            "timestamp": "1783000000",
            "token": "651869375b9df3c98fc15c4889b102119add1235c38fc92824",
            "signature": "",
        },
        "event-data": {
            "event": "failed",
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "severity": "permanent" if for_good else "temporary",
            "reason": "bounce" if for_good else "generic",
            "recipient": address,
            "recipient-domain": "exemple.test",
            "timestamp": 1783000000.389832,
            "log-level": "error" if for_good else "warn",
            "tags": [],
            "campaigns": [],
            "user-variables": {},
            "flags": {
                "is-routed": False,
                "is-authenticated": True,
                "is-system-test": False,
                "is-test-mode": False,
            },
            "envelope": {
                "sending-ip": "203.0.113.7",
                "sender": "bonjour@mecenova.example",
                "transport": "smtp",
                "targets": address,
            },
            "message": {
                "headers": {
                    "to": address,
                    "message-id": "20260702134640.1.0DF563D0B3597700@mecenova.example",
                    "from": "Mecenova <bonjour@mecenova.example>",
                    "subject": "Votre mise en relation",
                },
                "attachments": [],
                "size": 809,
            },
            "delivery-status": {
                "tls": True,
                "mx-host": "mx.exemple.test",
                "attempt-no": 1,
                "description": "",
                "session-seconds": 2.952177047729492,
                "utf8": True,
                "code": 550 if for_good else 452,
                "message": REFUSED if for_good else FULL,
                "certificate-verified": True,
            },
        },
    }


def _mailjet(address: str, for_good: bool) -> Any:
    return [
        {
            "event": "bounce",
            "time": 1783000000,
            "MessageID": 12345678901234567,
            "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
            "email": address,
            "mj_campaign_id": 1234567890,
            "mj_contact_id": 9876543210,
            "customcampaign": "",
            "CustomID": "",
            "Payload": "",
            "blocked": for_good,
            "hard_bounce": for_good,
            "error_related_to": "recipient",
            "error": "user unknown" if for_good else "quota exceeded",
            "comment": REFUSED if for_good else FULL,
        }
    ]


def _postmark(address: str, for_good: bool) -> Any:
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": "HardBounce" if for_good else "SoftBounce",
        "TypeCode": 1 if for_good else 4096,
        "Name": "Hard bounce" if for_good else "Soft bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {},
        "ServerID": 23,
        "MessageStream": "outbound",
        "Description": "The server was unable to deliver your message.",
        "Details": f"smtp;{REFUSED if for_good else FULL}",
        "Email": address,
        "From": "bonjour@mecenova.example",
        "BouncedAt": "2026-07-02T13:46:40Z",
        "DumpAvailable": True,
        "Inactive": for_good,
        "CanActivate": True,
        "Subject": "Votre mise en relation",
    }


def _sparkpost(address: str, for_good: bool) -> Any:
    said = REFUSED if for_good else FULL
    event = {
        "type": "bounce",
        "bounce_class": "10" if for_good else "22",
        "campaign_id": "",
        "customer_id": "10000",
        "delv_method": "esmtp",
        "error_code": "550" if for_good else "452",
        "event_id": "84345317653491230",
        "friendly_from": "bonjour@mecenova.example",
        "ip_address": "203.0.113.7",
        "message_id": "0004e3724f57753a3561",
        "msg_from": "bonjour@mecenova.example",
        "msg_size": "1337",
        "num_retries": "0",
        "raw_rcpt_to": address,
        "raw_reason": said,
        "rcpt_meta": {},
        "rcpt_tags": [],
        "rcpt_to": address,
        "reason": said,
        "routing_domain": "exemple.test",
        "subject": "Votre mise en relation",
        "timestamp": "1783000000",
        "transmission_id": "84345317650824116",
    }
    return [{"msys": {"message_event": event}, "cust": {"id": "10000"}}]


NEWS = {
    "brevo": _brevo,
    "mailersend": _mailersend,
    "mailgun": _mailgun,
    "mailjet": _mailjet,
    "postmark": _postmark,
    "sparkpost": _sparkpost,
}
