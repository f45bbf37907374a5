"""Practice: exercises, the files that they are made of, and the checks that Django itself runs on them.

`files` reads files out of Markdown, `exercises` puts together what is checked, `checker` checks it, in CPython and in
the learner's page alike, and `views` shows an exercise. Begin with `files`, then `checker`.
May import: the ground floor of stages; `checker` imports nothing of this project.
"""
