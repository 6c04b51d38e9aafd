"""A proxy before a backend of any protocol over HTTP, which misbehaves as support/backends.py says of the receiver."""
import http.client
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from programs import free_port

SLOW_SECONDS = 0.3
PAGE = b"<html>a proxy's page</html>"


class Front:
    """Passes requests on to the port of the backend. `misused`: how many it did not answer as the backend does."""

    def __init__(self, backend_port):
        self.port = free_port()
        self.backend_port = backend_port
        self.misused = 0
        self.changed = threading.Condition()
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.post("/ctl?mode=ok")  # Nobody stalls.
        self.kill()

    # What support/backends.py wants of a receiver.

    def post(self, control):
        with self.changed:
            self.mode = dict(urllib.parse.parse_qsl(control.partition("?")[2]))
            self.changed.notify_all()

    def start(self):
        self.mode = {"mode": "ok"}
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                front.serve(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def kill(self):
        self.mode = {"mode": "drop"}  # On connections that are kept.
        self.server.shutdown()
        self.server.server_close()

    # A request.

    def serve(self, handler, body):
        mode = self.mode
        kind = mode["mode"]
        if kind == "slow":
            threading.Event().wait(SLOW_SECONDS)
        if kind in ("ok", "slow"):
            return self.say(handler, *self.pass_on(handler, body))
        self.misused += 1
        if kind == "stall":
            with self.changed:
                self.changed.wait_for(lambda: self.mode is not mode, 60)
        if kind in ("stall", "drop"):
            handler.close_connection = True
            return
        if kind == "lostack":
            self.pass_on(handler, body)
            return self.say(handler, 500, {}, b"")
        headers = {"Retry-After": mode["retry_after"]} if "retry_after" in mode else {}
        is_page = "page" in mode
        self.say(handler, int(kind), headers | ({"Content-Type": "text/html"} if is_page else {}), PAGE if is_page else b"")

    def pass_on(self, handler, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.backend_port, timeout=20)
        try:
            headers = {name: value for name, value in handler.headers.items()
                       if name.lower() not in ("host", "connection", "content-length")}
            connection.request("POST", handler.path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, {"Content-Type": answer.headers.get("Content-Type", "text/plain")}, text
        finally:
            connection.close()

    @staticmethod
    def say(handler, status, headers, text):
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            if status != 204:
                handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            if status != 204:
                handler.wfile.write(text)
        except ConnectionError:  # The client has given up.
            handler.close_connection = True
