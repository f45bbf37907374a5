"""Signing in with another account, by OpenID Connect. allauth does the work; which provider is in the settings."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest

from accounts.models import User


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[AbstractUser, str] | None:
        """The account with an address that the provider has verified, if there is one.

        Some providers say "false" as a text, which is true to Python; only what is really true counts, here and for
        whether a new account has to confirm its address.
        """
        for address in sociallogin.email_addresses:
            address.verified = address.verified is True
        return super().authenticate_by_email(sociallogin)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """A new account has the name that the provider gives, as one line."""
        user: User = super().populate_user(request, sociallogin, data)
        user.email = user.email.lower()
        user.name = " ".join(str(data.get("name") or "").split())[: User._meta.get_field("name").max_length]
        return user
