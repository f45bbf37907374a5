from functools import wraps


def unlisted(view):
    """For what only a link leads to: search engines leave it out, and no other site is told the link.

    Not "no-referrer": browsers then hide the origin of forms as well, and the one that signs out would be refused.
    """

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return wrapper
