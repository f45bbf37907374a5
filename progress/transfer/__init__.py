"""Progress in and out: check-lists that are brought along, exports, and everything the site holds about a person.

An import is read by `checklist_parser`, shown by `import_preview`, and written by `importer` when the learner agrees.
`personal_data` lists every table that holds something of a person. Begin with `checklist_parser`.
May import: the ground floor of progress and stages.
"""
