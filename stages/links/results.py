"""What may come of asking for a page, and why nothing may."""

from dataclasses import dataclass

from stages.models.links import LinkCheck

Outcome = LinkCheck.Outcome
Problem = LinkCheck.Problem
# What says nothing about the page, only about who may ask for it and when.
INCONCLUSIVE = {Problem.ROBOTS, Problem.DENIED, Problem.BUSY, Problem.ADDRESS}


@dataclass(frozen=True)
class CheckResult:
    outcome: Outcome
    status: int | None = None
    problem: str = ""
    final_url: str = ""  # where its redirects end; "" without any
    moved_to: str = ""  # where those of them end that are for good


class LinkError(Exception):
    """The page could not be had. What is ``passing`` may be over in a moment."""

    def __init__(
        self, problem: Problem, status: int | None = None, temporary: bool = False, before_request: bool = True
    ) -> None:
        super().__init__(problem)
        self.problem, self.status, self.temporary = problem, status, temporary
        self.before_request = before_request  # before anything was asked, so that asking in another way is no use

    def result(self) -> CheckResult:
        outcome = Outcome.UNKNOWN if self.problem in INCONCLUSIVE else Outcome.FAILED
        return CheckResult(outcome, self.status, self.problem)
