"""Narrow and wide letters, whatever fonts a machine has.

Which font a reader gets is decided by the system. What must fit on a screen is tried with the system's own fonts, and
with DejaVu's, which are as wide as any in common use, drawn as they are and as narrow as a condensed font.
"""

from playwright.sync_api import Page

NEEDED = {"sans": "DejaVu Sans", "serif": "DejaVu Serif", "mono": "DejaVu Sans Mono"}
PACKAGE = "fonts-dejavu-core"  # Debian's
SIZES = {"narrow": "70%", "wide": "100%"}
WIDTHS = ["its own", *SIZES]

HAS = """async (names) => {
  const load = (name) => new FontFace("tried", `local("${name}")`).load();
  const tried = await Promise.allSettled(names.map(load));
  return names.filter((name, number) => tried[number].status === "rejected");
}"""
# A style sheet that scripts make is none of those that the policy of the site forbids.
WEAR = """async (css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  document.body.offsetWidth;
  await document.fonts.ready;
}"""


def missing(page: Page) -> list[str]:
    """The names of needed fonts that this machine does not have."""
    return page.evaluate(HAS, list(NEEDED.values()))


def wear(page: Page, width: str) -> None:
    """Give the page that is open letters of this width, one of WIDTHS."""
    css = ""
    if size := SIZES.get(width):
        for kind, name in NEEDED.items():
            css += f'@font-face {{ font-family: "tried {kind}"; src: local("{name}"); size-adjust: {size}; }}\n'
        css += f":root {{ {' '.join(f'--{kind}: "tried {kind}" !important;' for kind in NEEDED)} }}"
    page.evaluate(WEAR, css)
