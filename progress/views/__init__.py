from progress.views.exports import checklist, data_of_way, printed
from progress.views.me import me
from progress.views.ticks import tick
from progress.views.transfer import data, data_as_json, import_list, progress_as_csv

__all__ = [
    "checklist",
    "data",
    "data_as_json",
    "data_of_way",
    "import_list",
    "me",
    "printed",
    "progress_as_csv",
    "tick",
]
