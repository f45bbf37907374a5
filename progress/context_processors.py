from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from progress.reader_progress import ReaderProgress


def progress(request: HttpRequest) -> dict[str, Any]:
    """``progress``, the reader's standings: one query when a template uses it, none when not."""
    made_up = getattr(request, "made_up_standings", None)  # of a preview
    return {"progress": made_up or SimpleLazyObject(lambda: ReaderProgress.of_reader(request))}
