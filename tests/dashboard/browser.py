"""browser.py: a headless Chromium, driven through a pipe: messages of JSON, each with a zero byte behind it.

    with Browser("/usr/bin/chromium") as browser:
        page = browser.open("file:///tmp/report.html")
        page.evaluate("document.title")
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# What Chromium asks the network for by itself, and what a test does not need.
SWITCHES = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--mute-audio", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe"]


class Browser:
    def __init__(self, program, timeout=90):
        self.timeout = timeout
        self.profile = tempfile.mkdtemp(prefix="bask-page-")
        their_read, self.to = os.pipe()
        self.source, their_write = os.pipe()
        self.process = subprocess.Popen(
            # The program reads descriptor 3 and writes 4.
            ["/bin/sh", "-c", f'exec "$0" "$@" 3<&{their_read} 4>&{their_write}', program, *SWITCHES,
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(their_read, their_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(their_read)
        os.close(their_write)
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(self.timeout)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.source)
        shutil.rmtree(self.profile, ignore_errors=True)

    def read(self, until):
        """The next message, or None when the time is over."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.source], [], [], max(0, until - time.monotonic()))
            if not ready:
                return None
            read = os.read(self.source, 1 << 20)
            if not read:
                raise RuntimeError("the browser has ended")
            self.buffer += read
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def listen(self, until):
        """Keeps the next event, if there is one in time."""
        if (event := self.read(until)) is not None:
            self.events.append(event)

    def call(self, method, params=None, session=None):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        until = time.monotonic() + self.timeout
        while time.monotonic() < until and (answer := self.read(until)) is not None:
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)
        raise RuntimeError(f"{method}: no answer in {self.timeout} s")

    def open(self, address, width=1280, height=900, dark=False):
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page(self, target, session)
        for domain in ("Page", "Runtime", "Log", "Network", "Performance"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        page.emulate(dark)
        page.call("Page.navigate", url=address)
        page.wait_for("Page.loadEventFired")
        return page


class Page:
    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session

    def call(self, method, **params):
        return self.browser.call(method, params, self.session)

    def evaluate(self, expression):
        """The value of an expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait(self, expression):
        """Until the expression is true, which is looked at again when something has happened, or after a moment."""
        until = time.monotonic() + self.browser.timeout
        while not self.evaluate(expression):
            if time.monotonic() > until:
                raise RuntimeError(f"not true in {self.browser.timeout} s: {expression}")
            self.browser.listen(time.monotonic() + 0.02)

    def wait_for(self, event):
        until = time.monotonic() + self.browser.timeout
        while not any(told["method"] == event for told in self.events()):
            if time.monotonic() > until:
                raise RuntimeError(f"no {event} in {self.browser.timeout} s")
            self.browser.listen(time.monotonic() + 0.02)

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def emulate(self, dark):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def key(self, key, modifiers=0):
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=modifiers, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, modifiers=modifiers)

    def screenshot(self, file):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as picture:
            picture.write(base64.b64decode(data))

    def metrics(self):
        """After what is not needed has gone: bytes of JavaScript, nodes and listeners."""
        self.call("HeapProfiler.collectGarbage")
        return {metric["name"]: metric["value"] for metric in self.call("Performance.getMetrics")["metrics"]}

    def events(self):
        return [event for event in self.browser.events if event.get("sessionId") == self.session]

    def complaints(self):
        """All that stands in the console: messages of scripts, exceptions, refusals by the policy, failures to load."""
        self.evaluate("0")   # what has happened until now has then been told
        found = []
        for event in self.events():
            params = event["params"]
            if event["method"] == "Runtime.consoleAPICalled":
                found.append(" ".join(str(argument.get("value", argument.get("description"))) for argument in params["args"]))
            elif event["method"] == "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif event["method"] == "Log.entryAdded":
                found.append(params["entry"]["text"])
        return found

    def requests(self):
        """The addresses that were asked for, but those of data: in the page itself."""
        self.evaluate("0")
        addresses = [event["params"]["request"]["url"] for event in self.events() if event["method"] == "Network.requestWillBeSent"]
        return [address for address in addresses if not address.startswith("data:")]

    def close(self):
        self.browser.call("Target.closeTarget", {"targetId": self.target})
