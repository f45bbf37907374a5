"""How often an account may guess: codes of cohorts, and addresses of people. Only what misses is counted.

allauth counts for us, in the cache that all workers share; the rates are in settings.py.
"""

from allauth.core import ratelimit


def may_guess(request, action):
    return ratelimit.consume(request, action=action, user=request.user, dry_run=True)


def missed(request, action):
    ratelimit.consume(request, action=action, user=request.user)
