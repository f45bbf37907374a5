import difflib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from roadmap_site.management.local_practice import LocalExercise
from stages.models import Exercise


class Command(BaseCommand):
    help = "List the exercises, or do one on this machine: its files are checked each time that you save one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="which exercise; without it, all are listed")
        parser.add_argument("folder", nargs="?", help="where its files go (a folder with its name)")
        parser.add_argument("--once", action="store_true", help="check once, and end with 1 if a check fails")
        parser.add_argument("--start-over", action="store_true", help="write the files anew, over what you wrote")
        parser.add_argument("--hints", action="store_true", help="print the hints")
        parser.add_argument("--solution", action="store_true", help="print one way to do it")

    def handle(self, *, slug: str | None, folder: str | None, once: bool, start_over: bool, **options: Any) -> None:
        if slug is None:
            self.list_all()
            return
        exercise = find(slug)
        if options["hints"] or options["solution"]:
            self.stdout.write("\n".join(exercise.hints) if options["hints"] else exercise.solution)
            return
        local = LocalExercise(exercise, Path(folder or slug), self.stdout.write)
        local.write(start_over=start_over)
        if once:
            if not local.check():
                raise CommandError("Not every check holds yet.")
        else:
            local.watch()

    def list_all(self) -> None:
        stage = None
        for exercise in Exercise.objects.published().in_learning_order().select_related("topic__stage"):
            if exercise.topic.stage != stage:
                stage = exercise.topic.stage
                self.stdout.write(self.style.MIGRATE_HEADING(str(stage)))
            self.stdout.write(f"  {exercise.slug:32} {exercise.title} ({exercise.get_kind_display()})")


def find(slug: str) -> Exercise:
    exercises = Exercise.objects.published()
    exercise = exercises.filter(slug=slug).first()
    if exercise is None:
        near = difflib.get_close_matches(slug, exercises.values_list("slug", flat=True), n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " “manage.py practice” lists all."
        raise CommandError(f"There is no exercise “{slug}”.{hint}")
    return exercise
