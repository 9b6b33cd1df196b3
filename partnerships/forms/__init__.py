"""Parsing and validation only.

To mypy each of `fields` is a plain `Field`, without choices or rows: hence `type: ignore` where some
are set.
"""

from partnerships.forms.introductions import AnswerForm, AskForm, WithdrawForm
from partnerships.forms.partnerships import (
    AbandonForm,
    AgreeForm,
    ContestForm,
    EndForm,
    ReflectForm,
    RenewForm,
    SettleForm,
    SettleSignatureForm,
    TalkForm,
)
from partnerships.forms.refusals import RefusalStepForm

__all__ = [
    "AbandonForm",
    "AgreeForm",
    "AnswerForm",
    "AskForm",
    "ContestForm",
    "EndForm",
    "ReflectForm",
    "RefusalStepForm",
    "RenewForm",
    "SettleForm",
    "SettleSignatureForm",
    "TalkForm",
    "WithdrawForm",
]
