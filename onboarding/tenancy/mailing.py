"""Handing a mail to the mail server, and knowing what became of it: only what it certainly did not take may go again."""

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from socket import gaierror

from anymail.exceptions import AnymailConfigurationError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

TURNED_AWAY = (401, 403, 429)  # a mail service's answers that say that it took nothing
# What is said before any mail is: it says nothing of the reader's address.
BEFORE_THE_MAIL = (
    ConnectionRefusedError,
    gaierror,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
)
log = logging.getLogger(__name__)


class Fate(StrEnum):
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"  # the server was away, or took nothing for now
    REFUSED = "refused"  # it will never take a mail for this address
    UNKNOWN = "unknown"  # it did not say


@dataclass(frozen=True)
class Handed:
    """`provider_id` is the mail service's name for it, where one was named."""

    fate: Fate
    provider_id: str = ""


def hand_in(mail: EmailMessage) -> Handed:
    """Hand one mail, to one reader, to the mail server. No transaction should be open: a server may take its time."""
    try:
        connection = mail.get_connection()
        connection.open()
    except Exception as error:
        log.warning("the mail server could not be reached: %s", type(error).__name__)
        return Handed(Fate.NOT_TAKEN)
    try:
        mail.send()
    except Exception as error:
        log.warning("a mail was not handed over as usual: %s", type(error).__name__)
        return Handed(_fate_by(error))
    finally:
        with suppress(Exception):
            connection.close()
    status = getattr(mail, "anymail_status", None)
    provider = (getattr(status, "message_id", None) or "") if status else ""
    return Handed(Fate.TAKEN, str(provider)[:200])


def _fate_by(error: Exception) -> Fate:
    """By what the server answered; without an answer nobody knows whether it took the mail."""
    if isinstance(error, BEFORE_THE_MAIL):
        return Fate.NOT_TAKEN
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    elif isinstance(error, AnymailRecipientsRefused):
        return Fate.REFUSED
    elif isinstance(error, AnymailConfigurationError) or getattr(error, "status_code", None) in TURNED_AWAY:
        return Fate.NOT_TAKEN
    else:
        return Fate.UNKNOWN
    return Fate.REFUSED if all(500 <= code < 600 for code in codes) else Fate.NOT_TAKEN
