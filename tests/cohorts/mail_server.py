"""Mail servers that do not take everything."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

from django.core.mail.backends.locmem import EmailBackend


class Choosy(EmailBackend):
    """Refuses what is for the addresses in ``refused`` for good, and breaks off with what is for those in ``broken``.

    While it is ``away`` it cannot be reached.
    """

    refused: set[str] = set()
    broken: set[str] = set()
    away = False
    opened = 0

    def open(self):
        if self.away:
            raise ConnectionRefusedError("nobody there")
        type(self).opened += 1

    def send_messages(self, messages):
        addresses = {address for message in messages for address in message.to}
        if addresses & self.refused:
            raise SMTPRecipientsRefused(dict.fromkeys(addresses, (550, b"No such person")))
        if addresses & self.broken:
            raise SMTPServerDisconnected("Not now")
        return super().send_messages(messages)
