"""E-mail: Apprise's plugin for the URL and the provider's defaults, the standard library's for the message itself.

Plain text and HTML as alternatives, files attached under their own names, and the same Message-ID in every sending.
"""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.common import SecureMailMode

from tasks.alert.parcel import Parcel
from tasks.alert.refusal import Refusal

_TEMPORARY = range(400, 500)  # SMTP's answers that ask to come again
_TIMEOUT = 30.0
_KINDS = {  # which machines without a list of their own (/etc/mime.types) do not know
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Mail(NotifyEmail):  # type: ignore[misc]
    """A mailbox to send through, with its recipients."""

    def carry(self, parcel: Parcel) -> None:
        """Send one message to all recipients. Raises Refusal, also when some of them are refused."""
        if self.pgp_mode != "no":
            raise Refusal("the URL asks for PGP, which gouji's mail does not have", is_passing=False)
        try:
            with self._connected() as server:
                if self.user and self.password:
                    server.login(self.user, self.password)
                refused = server.send_message(self._message(parcel), self.from_addr[1], self._recipients())
        except smtplib.SMTPRecipientsRefused as error:
            raise _recipients_refused(error.recipients) from error
        except smtplib.SMTPResponseException as error:
            words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
            raise Refusal(f"SMTP {error.smtp_code}: {words}", is_passing=error.smtp_code in _TEMPORARY) from error
        except ssl.SSLError as error:
            raise Refusal("its certificate is not trusted, or TLS failed", is_passing=False) from error
        except (smtplib.SMTPNotSupportedError, UnicodeError) as error:
            raise Refusal(f"the server lacks what is needed ({type(error).__name__})", is_passing=False) from error
        except TimeoutError as error:
            raise Refusal("it did not answer in time", is_passing=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Refusal(f"no connection ({type(error).__name__})", is_passing=True) from error
        if refused:
            raise _recipients_refused(refused)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.secure_mode == SecureMailMode.SSL:
            return smtplib.SMTP_SSL(self.smtp_host, self.port, timeout=self._timeout(), context=context)
        server = smtplib.SMTP(self.smtp_host, self.port, timeout=self._timeout())
        if self.secure_mode == SecureMailMode.STARTTLS:
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server

    def _timeout(self) -> float:
        """As the URL says (`rto`), or long enough for a large message."""
        asked = float(self.socket_read_timeout)
        return asked if asked != type(self).socket_read_timeout else _TIMEOUT

    def _recipients(self) -> list[str]:
        return sorted({*(address for _, address in self.targets), *self.cc, *self.bcc})

    def _message(self, parcel: Parcel) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        name, sender = self.from_addr
        message["Subject"] = parcel.subject
        message["From"] = _address(name, sender)
        message["To"] = [_address(name, address) for name, address in self.targets]
        if self.cc:
            message["Cc"] = [_address(self.names.get(address), address) for address in sorted(self.cc)]
        if self.reply_to:
            message["Reply-To"] = [_address(self.names.get(address), address) for address in sorted(self.reply_to)]
        message["Date"] = format_datetime(datetime.now(tz=UTC))
        message["Message-ID"] = f"<{parcel.key}@{sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        for header, value in self.headers.items():
            message[header] = value
        message.set_content(parcel.text)
        message.add_alternative(parcel.html, subtype="html")
        for path in parcel.files:
            kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            main, _, sub = kind.partition("/")
            message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
        return message


def mail(url: str) -> Mail | None:
    """The mailbox of a URL, or None when it cannot be one."""
    parsed: dict[str, Any] | None = Mail.parse_url(url)
    try:
        return Mail(**parsed) if parsed else None
    except TypeError:  # what Apprise raises for an address that cannot be one
        return None


def _address(name: Any, address: str) -> Address:
    return Address(display_name=name or "", addr_spec=address)


def _recipients_refused(refused: dict[str, tuple[int, bytes]]) -> Refusal:
    said = "; ".join(f"{address} ({code} {words.decode(errors='replace')})" for address, (code, words) in sorted(refused.items()))
    is_passing = all(code in _TEMPORARY for code, _ in refused.values())
    return Refusal(f"recipients refused: {said}", is_passing=is_passing)
