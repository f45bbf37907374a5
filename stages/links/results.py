"""What may come of asking for a page, and why nothing may."""

from dataclasses import dataclass

from stages.models.links import LinkCheck

Outcome = LinkCheck.Outcome
Problem = LinkCheck.Problem
# What says nothing about the page, only about who may ask for it and when.
UNKNOWN = {Problem.ROBOTS, Problem.DENIED, Problem.BUSY, Problem.ADDRESS}


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    status: int | None = None
    problem: str = ""
    final_url: str = ""  # where its redirects end; "" without any
    moved_to: str = ""  # where those of them end that are for good


class LinkError(Exception):
    """The page could not be had. What is ``passing`` may be over in a moment."""

    def __init__(self, problem: Problem, status: int | None = None, passing: bool = False, early: bool = True) -> None:
        super().__init__(problem)
        self.problem, self.status, self.passing = problem, status, passing
        self.early = early  # before anything was asked, so that asking in another way is no use

    def answer(self) -> Answer:
        outcome = Outcome.UNTOLD if self.problem in UNKNOWN else Outcome.FAILED
        return Answer(outcome, self.status, self.problem)
