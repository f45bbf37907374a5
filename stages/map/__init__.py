"""The roadmap as a map: where everything stands, drawn once and moved by a stylesheet for other widths.

`layout` is a pure function from an outline to boxes and paths, `stylesheet` turns it into SVG and CSS, `views` serves
them. Begin with `layout`.
May import: the ground floor of stages only.
"""
