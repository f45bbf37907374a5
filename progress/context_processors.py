from typing import Any

from django.http import HttpRequest

from progress.reader_progress import ReaderProgress


def progress(request: HttpRequest) -> dict[str, Any]:
    """``progress``, that of the reader: one query when a template uses it, none when not."""
    return {"progress": getattr(request, "preview_progress", None) or ReaderProgress.for_request(request)}
