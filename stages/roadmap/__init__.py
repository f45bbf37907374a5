"""The pages of the content: the roadmap, a stage, a topic, the tracks and their sources.

`views` shows them, `layouts` says in which of four ways, `draft_preview` adds what is not published yet.
Begin with `views`.
May import: the ground floor of stages, map (one of the four ways) and links (other pages for a dead link).
"""
