"""For the tests of custom tracks: their pages, and the order they have."""

ROOT = "/cohorts/tracks"
AS_COPIED = [("Start", ["maps", "routes"]), ("Finish", ["routes", "snacks"])]


def path(own, verb="compose/"):
    return f"{ROOT}/{own.track.slug}/{verb}"


def order(own):
    """The sections with their topics as the database orders them."""
    return [
        (section.title, [place.topic.slug for place in section.places.all()]) for section in own.track.sections.all()
    ]
