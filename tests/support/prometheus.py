"""Prometheus as a user runs it, and an application whose metrics a test decides."""
import json
import shutil
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from programs import Program, free_port, http, wait_for


class Prometheus(Program):
    """Debian's prometheus as the server of remote write; its store outlives stop() and start()."""

    def __init__(self, folder, name="prometheus"):
        if not shutil.which("prometheus"):
            pytest.fail("prometheus is not installed: scripts/setup test")
        self.port = free_port()
        config = folder / f"{name}.yml"
        config.write_text("{}\n")
        super().__init__(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / name}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver"],
            folder / f"{name}.log")
        self.url = f"http://127.0.0.1:{self.port}/api/v1/write"

    def start(self):
        super().start()
        wait_for("prometheus to be ready", lambda: http("GET", f"http://127.0.0.1:{self.port}/-/ready")[0] == 200)
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def query(self, expression):
        """The result of an instant query: [(labels, value or [[time, value], ...])]."""
        url = f"http://127.0.0.1:{self.port}/api/v1/query?query={urllib.parse.quote(expression)}"
        status, text = http("GET", url)
        if status != 200:
            return []
        return [(one["metric"], one["value"][1] if "value" in one else [pair[1] for pair in one["values"]])
                for one in json.loads(text)["data"]["result"]]

    def wait_answer(self, expression, expected):
        """Waits until a query answers what is expected: what one scrape gave may come in several requests."""
        try:
            wait_for(expression, lambda: self.query(expression) == expected)
        except AssertionError:
            assert self.query(expression) == expected  # Shows the difference.

    def values(self, selector):
        """All values that the series of a selector, one at most, had in the last hour, in order."""
        result = self.query(f"{selector}[1h]")
        assert len(result) <= 1, result
        return [float(value) for _, values in result for value in values]


class Sender(Program):
    """Debian's prometheus as an agent, which scrapes an application every 200 ms and writes to `url`."""

    def __init__(self, folder, application, url, name="sender"):
        config = folder / f"{name}.yml"
        config.write_text(json.dumps({  # JSON is YAML.
            "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
            "scrape_configs": [{"job_name": "app", "static_configs": [{"targets": [application.address]}]}],
            "remote_write": [{"url": url, "queue_config": {
                "batch_send_deadline": "50ms", "min_backoff": "30ms", "max_backoff": "200ms"}}]}))
        super().__init__(
            ["prometheus", "--enable-feature=agent", f"--config.file={config}",
             f"--storage.agent.path={folder / name}", f"--web.listen-address=127.0.0.1:{free_port()}"],
            folder / f"{name}.log")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()


class Application:
    """Answers /metrics with the text that `expose` makes: called with the number of the scrape, from 1."""

    def __init__(self, expose, content_type="text/plain; version=0.0.4"):
        self.scrapes = 0
        self.has_ended = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if outer.has_ended:  # On a connection that was kept.
                    self.close_connection = True
                    return
                outer.scrapes += 1
                body = expose(outer.scrapes).encode()
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.has_ended = True
        self.server.shutdown()
        self.server.server_close()
