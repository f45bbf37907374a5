"""A tab of Chromium that prerenders, spoken to over a pipe.

Playwright attaches to pages, and Chromium prerenders only for those who attach to the tab that a page is in.
"""

import json
import os
import queue
import subprocess
import threading
import time
from contextlib import suppress

NO_SUCH_SESSION = -32001  # Chromium's number for it


class PageIsGoneError(Exception):
    """Another page has taken its place while it was asked."""


class Tab:
    def __init__(self, chromium, folder, *switches):
        (read, self._requests), (answers, write) = os.pipe(), os.pipe()
        # Chromium reads from 3 and writes to 4.
        switches = (*switches, "--headless", "--remote-debugging-pipe", f"--user-data-dir={folder}", "about:blank")
        self._browser = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{read} 4>&{write} && exec "$0" "$@"', chromium, *switches],
            pass_fds=(read, write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._inbox, self._count, self._pages = queue.Queue(), 0, {}  # {session: target}
        threading.Thread(target=self._listen, args=(answers,), daemon=True).start()
        tab = self._send("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"][0]["targetId"]
        session = self._send("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        attach = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        self._send("Target.setAutoAttach", session, **attach)

    def _listen(self, answers):
        with os.fdopen(answers, "rb", 0) as pipe:
            rest = b""
            while read := pipe.read(65536):
                *messages, rest = (rest + read).split(b"\0")
                for message in messages:
                    self._inbox.put(json.loads(message))

    def _send(self, method, session=None, **params):
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        os.write(self._requests, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._inbox.get(timeout=20)
            if answer.get("id") == self._count:
                if answer.get("error", {}).get("code") == NO_SUCH_SESSION:
                    raise PageIsGoneError(method)
                assert "error" not in answer, (method, answer)
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        params = event.get("params", {})
        match event.get("method"):
            case "Target.attachedToTarget":
                self._pages[params["sessionId"]] = params["targetInfo"]
            case "Target.detachedFromTarget":
                self._pages.pop(params["sessionId"], None)
            case "Target.targetInfoChanged":
                target = params["targetInfo"]
                for session, known in self._pages.items():
                    if known["targetId"] == target["targetId"]:
                        self._pages[session] = target

    def _here(self, method, **params):
        """Ask the page that is shown, which another one may have taken the place of, also just now."""
        while True:
            self._send("Target.getTargets")  # what has happened meanwhile is heard of before the answer
            shown = [session for session, target in self._pages.items() if target.get("subtype") != "prerender"]
            with suppress(PageIsGoneError):
                return self._send(method, shown[-1], **params)

    def sign_in(self, name, value, url):
        self._here("Network.setCookie", name=name, value=value, url=url)

    def open(self, url):
        self._here("Page.navigate", url=url)
        self.wait(lambda: self.run("document.readyState") == "complete" and self.run("location.href") == url)

    def run(self, expression):
        return self._here("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.05)

    def point(self, selector):
        """Move the mouse to an element, and return where that is."""
        where = self.run(
            f"""(() => {{
                const element = document.querySelector({json.dumps(selector)});
                element.scrollIntoView({{block: "center", behavior: "instant"}});
                const box = element.getBoundingClientRect();
                return {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
            }})()"""
        )
        self._here("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
        self._here("Input.dispatchMouseEvent", type="mouseMoved", **where)
        return where

    def press(self, selector):
        where = self.point(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self._here("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def close(self):
        with suppress(OSError, queue.Empty):
            self._send("Browser.close")
        self._browser.wait(timeout=10)
        os.close(self._requests)
