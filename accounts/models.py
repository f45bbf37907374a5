from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower, Now

from accounts.devices import describe
from accounts.hooks import pre_delete_hooks
from accounts.sessions import end_sessions
from accounts.validators import one_line


class UserManager(BaseUserManager["User"]):
    """Creates people; an address is stored in lower case, so that it exists once."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. Raises ValueError without an address, IntegrityError when it is taken."""
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


def display_name(name: str, email: str) -> str:
    """What a person is called, for whoever has read these two columns instead of a User."""
    return name or email


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who logs in with an email address.

    The project has had its own user model since its first migration, because exchanging it later is
    slow manual work.
    """

    email = models.EmailField("email address", unique=True, error_messages={"unique": "This address is taken."})
    name = models.CharField(
        "name", max_length=150, blank=True, help_text="What we call you. Any script is fine.", validators=[one_line]
    )
    is_staff = models.BooleanField("staff", default=False, help_text="May open the admin.")
    is_active = models.BooleanField("active", default=True, help_text="Turn off instead of deleting.")
    time_zone = models.CharField(
        "time zone", max_length=64, blank=True, help_text="Where your days begin and end, such as Europe/Lisbon."
    )
    rest_days = models.JSONField(
        "rest days", default=list, blank=True, help_text="Days of the week, 0 for Monday, that no streak counts on."
    )
    shows_streak = models.BooleanField("show my streak", default=True)
    new_device_mail = models.BooleanField("mail me about new devices", default=True, db_default=True)
    date_joined = models.DateTimeField("joined", db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="email_once_in_any_case",
                violation_error_message="This address is taken.",
            ),
        ]

    def __str__(self) -> str:
        return display_name(self.name, self.email)

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def erase(self) -> None:
        """Delete this person with everything that is theirs, for ever, and sign them out everywhere.

        What must stay, as a report of a dead link, stays without them: their foreign keys say so.
        """
        with transaction.atomic():
            end_sessions(self)
            for hook in pre_delete_hooks:
                hook(self)
            # What others did to this account in the admin is kept, but not whose account it was. The model is
            # found by its name, because the admin imports this module.
            log = apps.get_model("admin", "LogEntry").objects.filter(
                content_type__app_label="accounts", content_type__model="user", object_id=str(self.pk)
            )
            log.update(object_repr="a deleted account", change_message="")
            self.delete()


class LoginRecord(models.Model):
    """That somebody has signed in: when, from where and with what. Kept for 90 days; see accounts/logins.py."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_records")
    at = models.DateTimeField(db_default=Now())
    ip = models.GenericIPAddressField("network address")
    user_agent = models.CharField(max_length=200, blank=True)
    is_new_device = models.BooleanField("on a new device")

    class Meta:
        indexes = [models.Index(fields=["at"], name="login_record_at")]
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at}, {self.ip}"

    @property
    def device(self) -> str:
        return describe(self.user_agent)
