"""Themes and keys: chosen with a form, kept in a cookie, and in the page when it arrives."""

import pytest


def html_tag(response):
    return response.text.split("<html")[1].split(">")[0]


@pytest.mark.parametrize("path", ["/shortcuts/", "/accounts/login/", "/nowhere"])
def test_a_theme_is_in_the_page_from_the_server_so_that_nothing_flashes(client, content, path):
    assert "data-theme" not in html_tag(client.get(path))
    for theme, paper in (("dark", "#15191a"), ("light", "#f8f4ea")):
        response = client.post("/display/?at=theme", {"theme": theme, "next": path})
        assert response.url == f"{path}#theme"
        page = client.get(path)
        assert f'data-theme="{theme}"' in html_tag(page)
        assert f'<meta name="color-scheme" content="{theme}">' in page.text
        assert f'<meta name="theme-color" content="{paper}">' in page.text
        assert f'value="{theme}" aria-pressed="true"' in page.text
        assert page.text.count('name="theme-color"') == 1
    client.post("/display/", {"theme": "system", "next": path})
    page = client.get(path)
    assert "data-theme" not in html_tag(page)
    assert '<meta name="color-scheme" content="light dark">' in page.text
    assert page.text.count('name="theme-color"') == 2


def test_a_cookie_from_elsewhere_cannot_put_anything_into_the_page(client, content):
    client.cookies["theme"] = 'x" onload="alert(1)'
    page = client.get("/shortcuts/")
    assert "data-theme" not in html_tag(page)
    assert "onload" not in page.text


@pytest.mark.parametrize("values", [{}, {"theme": "blue"}, {"keys": "maybe"}, {"theme": "dark", "keys": "maybe"}])
def test_nonsense_is_refused_whole(client, db, values):
    response = client.post("/display/", values)
    assert response.status_code == 400
    assert not response.cookies


def test_single_keys_can_be_turned_off_and_on(client, content):
    assert "Turn single keys off" in client.get("/shortcuts/").text
    client.post("/display/?at=keys", {"keys": "off", "next": "/shortcuts/"})
    page = client.get("/shortcuts/")
    assert 'data-single-keys="off"' in html_tag(page)
    assert "Turn single keys on" in page.text
    client.post("/display/?at=keys", {"keys": "on", "next": "/shortcuts/"})
    assert "data-single-keys" not in html_tag(client.get("/shortcuts/"))


def test_what_was_chosen_before_stays(client, content):
    client.post("/display/", {"minutes": "hidden"})
    client.post("/display/", {"theme": "dark"})
    assert 'data-theme="dark" data-minutes="hidden"' in html_tag(client.get("/"))


def test_the_place_to_return_to_cannot_break_out(client, db):
    assert client.post("/display/?at=a%0d%0ab%20c", {"theme": "dark"}).url == "/#a%0D%0Ab%20c"
