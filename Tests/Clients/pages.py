"""Signs in and connects an account in headless Chromium, as a person would.

Drives the browser through its debugging pipe, so nothing is needed but Python and Chromium. Run by scripts/test-pages.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

PROGRAM, DATA, SIMULATOR, KEY, CHROMIUM = sys.argv[1:6]


class Browser:
    """One Chromium with an empty profile."""

    def __init__(self, profile):
        to_read, self.out = os.pipe()
        self.into, to_write = os.pipe()

        def connect_pipes():
            # Chromium reads commands from descriptor 3 and writes answers to 4.
            low, high = os.dup(to_read), os.dup(to_write)
            os.dup2(low, 3)
            os.dup2(high, 4)

        command = [CHROMIUM, "--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--user-data-dir=" + profile]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self.process = subprocess.Popen(command + ["about:blank"], preexec_fn=connect_pipes, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.rest = b""
        self.count = 0
        self.events = []
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self.session = None
        self.session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(domain + ".enable")

    def send(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.rest:
            chunk = os.read(self.into, 65536)
            if not chunk:
                raise RuntimeError("the browser ended")
            self.rest += chunk
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def until_loaded(self, action):
        self.events = []
        action()
        deadline = time.monotonic() + 20
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > deadline:
                raise RuntimeError("the page did not load")
            self.events.append(self.receive())

    def open(self, url):
        self.until_loaded(lambda: self.send("Page.navigate", url=url))

    def run(self, expression):
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    @property
    def text(self):
        return self.run("document.body.innerText")

    @property
    def url(self):
        return self.run("location.href")

    def fill(self, label, value):
        """Types into the field with a label, which has to belong to it."""
        found = self.run(
            "(() => { const l = [...document.querySelectorAll('label')].find(l => l.innerText.startsWith(%s));"
            " if (!l || !l.control) return false; l.control.focus(); l.control.value = ''; return true; })()"
            % json.dumps(label))
        check(found, f"there is a field labelled {label}")
        self.send("Input.insertText", text=value)

    def press(self, button):
        found = self.run("[...document.querySelectorAll('button')].some(b => b.innerText === %s)" % json.dumps(button))
        check(found, f"there is a button {button}")
        self.until_loaded(lambda: self.run(
            "[...document.querySelectorAll('button')].find(b => b.innerText === %s).click()" % json.dumps(button)))

    def violations(self):
        """What the browser complained about on this page."""
        return [event["params"]["entry"]["text"] for event in self.events
                if event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error"
                and "status of" not in event["params"]["entry"]["text"]]

    def close(self):
        try:
            self.session = None
            self.send("Browser.close")
        except (RuntimeError, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def check(holds, what):
    if not holds:
        raise SystemExit(f"not so: {what}")


def command(*words):
    environment = dict(os.environ, SWITCHBOARD_DATA=DATA)
    return subprocess.run([PROGRAM, *words, "--sandbox"], env=environment, check=True, stdout=subprocess.PIPE,
                          text=True, timeout=60).stdout


def sign_in(browser, name):
    answer = json.loads(command("people", "sign-in", name, "--json"))
    browser.open(answer["url"])
    browser.fill("Code", answer["code"])
    browser.press("Sign in")


def main():
    for name, role in (("ana", "member"), ("bob", "administrator")):
        command("people", "add", name, "--role", role)
    link = command("connections", "link", "pinpoint", "--user", "ana", "--base-url", SIMULATOR).strip()
    profiles = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    browser = Browser(profiles.name + "/ana")
    other = None
    try:
        browser.open(link)
        check("/sign-in?next=" in browser.url, "a link asks who you are")
        browser.fill("Name", "ana")
        browser.fill("Code", "0000-0000-0000")
        browser.press("Sign in")
        check("do not belong together" in browser.text, "a wrong code is refused")
        code = json.loads(command("people", "sign-in", "ana", "--json"))["code"]
        browser.fill("Code", code.lower().replace("-", " "))
        browser.press("Sign in")
        check(browser.url == link, "after signing in one is back at the link")
        check("Connect Pinpoint" in browser.text, "the page says what is connected")
        check(not browser.violations(), f"the browser has nothing to complain about: {browser.violations()}")
        cookies = browser.send("Network.getCookies")["cookies"]
        check(len(cookies) == 1 and cookies[0]["name"].startswith("__Host-") and cookies[0]["secure"]
              and cookies[0]["httpOnly"] and cookies[0]["sameSite"] == "Lax",
              f"there is one cookie, and scripts cannot read it: {cookies}")
        check(browser.run("document.cookie") == "", "scripts see no cookie")
        check(browser.run("getComputedStyle(document.querySelector('button')).fontWeight") == "600",
              "the style sheet is used")
        check(browser.run("[...document.querySelectorAll('input:not([type=hidden])')].every(i => i.labels.length)"),
              "every field has a label")
        blocked = browser.run("(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
                              " document.body.append(s); return window.ran === undefined; })()")
        check(blocked, "the policy stops scripts in the page")

        other = Browser(profiles.name + "/bob")
        sign_in(other, "bob")
        check("Hello, bob" in other.text, "bob is signed in")
        other.open(link)
        check("made for ana" in other.text and "Not allowed" in other.text, "the link is of no use to bob")
        check(not other.run("!!document.querySelector('input[type=password]')"), "bob is shown no form")

        browser.fill("API key", "wrong")
        browser.press("Connect")
        check("Nothing was connected" in browser.text, "a wrong key is refused")
        check("wrong" not in browser.run("document.querySelector('form[action*=connect]').outerHTML"),
              "a secret is not sent back")
        browser.fill("API key", KEY)
        browser.press("Connect")
        check("Pinpoint is connected" in browser.text, "the right key connects")
        check(not browser.violations(), f"the browser has nothing to complain about: {browser.violations()}")
        found = json.loads(command("connections", "list", "--user", "ana", "--json"))["connections"]
        check([c["state"] for c in found] == ["active"], f"the connection is active: {found}")

        loopback = re.sub("//127.0.0.1", "//localhost", link)
        browser.open(loopback)
        check("not served at this address" in browser.text, "pages answer at their own address only")
        browser.open(link)
        browser.press("Sign out")
        browser.open(link)
        check("/sign-in" in browser.url, "who signed out has to sign in again")
    finally:
        browser.close()
        if other:
            other.close()
        profiles.cleanup()
    print("pages: sign-in, connect link, refusals ok")


main()
