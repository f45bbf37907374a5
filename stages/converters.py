from django.urls.converters import IntConverter


class PkConverter(IntConverter):
    """A primary key in an address, ``<pk:pk>``; a number that no database has room for leads nowhere."""

    regex = "[0-9]{1,18}"
