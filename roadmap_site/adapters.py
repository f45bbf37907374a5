"""What allauth asks about this site: the name that its mail and its codes go by."""

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts import adapter
from stages.content import current_site_settings


class AccountAdapter(adapter.AccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        return f"{current_site_settings().name}: {subject}"


class MFAAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return current_site_settings().name
