from django.utils.functional import SimpleLazyObject

from progress.standings import Standings


def progress(request):
    """``progress``, the reader's standings: one query when a template uses it, none when not."""
    return {"progress": SimpleLazyObject(lambda: Standings.of_reader(request))}
