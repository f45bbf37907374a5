"""Speculation rules: who is told of them, and what makes a browser forget. What it does is in tests/browser/."""

import pytest

KNOWS = {"Sec-CH-UA": '"Not:A-Brand";v="8", "Chromium";v="138", "Google Chrome";v="138"'}
OTHERS = [{}, {"Sec-CH-UA": '"Chromium";v="137"'}, {"Sec-CH-UA": "nonsense"}]


@pytest.mark.parametrize("path", ["/", "/stages/first/", "/topics/maps/", "/tracks/", "/search/?q=maps"])
def test_a_page_names_the_rules_for_visitors_and_learners(content, client, as_learner, path):
    for reader in (client, as_learner):
        assert reader.get(path, headers=KNOWS).headers["Speculation-Rules"] == '"/speculation-rules.json"'


def test_the_rules_are_what_browsers_take_for_rules(client, db):
    response = client.get("/speculation-rules.json")
    assert response.headers["Content-Type"] == "application/speculationrules+json"
    assert set(response.json()) == {"prerender", "prefetch"}


@pytest.mark.parametrize("path", ["/admin/", "/healthz", "/roadmap/roadmap.json"])
def test_the_admin_and_what_is_no_page_name_none(content, as_maintainer, path):
    assert "Speculation-Rules" not in as_maintainer.get(path, headers=KNOWS).headers


@pytest.mark.parametrize("path", ["/topics/maps/progress/", "/topics/maps/star/", "/display/"])
def test_a_change_makes_the_browser_forget(content, as_learner, path):
    response = as_learner.post(path, {"status": "done", "starred": "yes"}, headers=KNOWS)
    assert response.headers["Clear-Site-Data"] == '"prefetchCache", "prerenderCache"'


@pytest.mark.parametrize("headers", OTHERS)
def test_a_browser_that_does_not_forget_is_told_nothing(content, client, headers):
    assert "Speculation-Rules" not in client.get("/", headers=headers).headers
    assert "Clear-Site-Data" not in client.post("/topics/maps/progress/", {"status": "done"}, headers=headers).headers
