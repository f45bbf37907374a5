from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from progress.reader_progress import ReaderProgress


def progress(request: HttpRequest) -> dict[str, Any]:
    """``progress``, that of the reader: one query when a template uses it, none when not."""
    preview = getattr(request, "preview_progress", None)
    return {"progress": preview or SimpleLazyObject(lambda: ReaderProgress.for_request(request))}
