"""Chromium without a window, driven as the W3C's WebDriver says.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import json
import os
import re
import subprocess
import tempfile
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's own key


class Browser:
    """Ends what it started, and leaves no profile behind."""

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="qevm-browser-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.home.name, TMPDIR=self.home.name))
        for line in self.driver.stdout:
            if started := re.search(r"started successfully on port (\d+)",
                                    line):
                break
        else:
            raise RuntimeError("chromedriver did not start")
        self.base = f"http://127.0.0.1:{started[1]}/session"
        self.base += "/" + self.call("POST", "", {"capabilities": {
            "alwaysMatch": {
                "browserName": "chrome",
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                "goog:chromeOptions": {"args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--hide-scrollbars"]},
            }}})["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.home.cleanup()

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *args):
        return self.call("POST", "/execute/sync",
                         {"script": script, "args": list(args)})

    def wait(self, script, *args):
        """Until it is true; the answer of a script that never is, is it."""
        return self.call("POST", "/execute/async", {
            "script": "const [script, args, done] = arguments;"
                      "const test = new Function(script);"
                      "let left = 100; (function again() {"
                      "  const is = test(...args);"
                      "  if (is || !left--) { done(is); }"
                      "  else { setTimeout(again, 50); } }());",
            "args": [script, list(args)]})

    def element(self, css):
        return self.call("POST", "/element", {
            "using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.call("POST", f"/element/{self.element(css)}/click", {})

    def keys(self, text):
        """To whatever has the focus."""
        self.call("POST", "/actions", {"actions": [{
            "type": "key", "id": "keys", "actions": [
                {"type": kind, "value": key} for key in text
                for kind in ("keyDown", "keyUp")]}]})

    def devtools(self, command, **params):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": params})

    def look(self, width, height, scheme="light", media=""):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def requests(self):
        """What was asked for since the last time, but for the page itself."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"
                and event["params"].get("type") != "Document"]

    def screenshot(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("GET", "/screenshot")))
