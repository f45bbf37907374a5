from progress.views.certificates import certificate, claim
from progress.views.me import me
from progress.views.sharing import renew_share, share, shared, shared_badge, shared_card, stop_share
from progress.views.ticks import tick

__all__ = [
    "certificate",
    "claim",
    "me",
    "renew_share",
    "share",
    "shared",
    "shared_badge",
    "shared_card",
    "stop_share",
    "tick",
]
