"""The learner's side of an exercise: files are kept, checks are written down, and a pass is shown.

`views` takes what the page and the command line send, `forms` says what that may be. The page itself is of the content
(stages/practice/). Begin with `views`.
May import: the ground floor of progress and stages, and stages/practice/ for what an exercise is.
"""
