"""OTLP by hand: requests out of a few fields, a client, and a backend that answers as a test decides.

A message is a list of (field number, value): bytes and text are length-delimited, integers are fixed64 for the
fields of times and varints otherwise, lists of pairs are messages."""
import gzip
import http.client
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from programs import free_port, wait_for

PATHS = {"traces": "/v1/traces", "metrics": "/v1/metrics", "logs": "/v1/logs"}


class Fixed64(int):
    """An integer that is written as fixed64."""


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode(fields):
    out = b""
    for number, value in fields:
        if isinstance(value, Fixed64):
            out += varint(number << 3 | 1) + struct.pack("<Q", value)
        elif isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = encode(value) if isinstance(value, list) else value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def fields(data):
    """[(number, value)] of a message; bytes for what is length-delimited."""
    at = 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if data[at - 1] < 0x80:
                return value

    found = []
    while at < len(data):
        key = read_varint()
        if key & 7 == 0:
            found.append((key >> 3, read_varint()))
        elif key & 7 == 2:
            size = read_varint()
            found.append((key >> 3, data[at:at + size]))
            at += size
        else:
            size = {1: 8, 5: 4}[key & 7]
            found.append((key >> 3, int.from_bytes(data[at:at + size], "little")))
            at += size
    return found


def inner(data, *numbers):
    """The messages below the path of field numbers."""
    level = [data]
    for number in numbers:
        level = [value for message in level for found, value in fields(message) if found == number]
    return level


def attribute(key, value):
    return [(1, key), (2, [(1, value)])]


def request(items, service="app"):
    """A request with these encoded items below one resource and scope."""
    return encode([(1, [(1, [(1, attribute("service.name", service))]),
                        (2, [(1, [(1, "scope")])] + [(2, item) for item in items])])])


def span(name, trace=b"t" * 16, **more):
    return [(1, trace), (2, b"s" * 8), (5, name), (6, 2), (7, Fixed64(1)), (8, Fixed64(2))] + list(more.get("extra", []))


def spans(*names, service="app"):
    return request([span(name) for name in names], service)


def gauges(name, *values):
    """A gauge with a point for each value, an integer."""
    points = [(1, [(3, Fixed64(1_700_000_000_000_000_000 + i)), (6, Fixed64(value))]) for i, value in enumerate(values)]
    return request([[(1, name), (5, points)]])


def records(*bodies):
    return request([[(1, Fixed64(1_700_000_000_000_000_000)), (5, [(1, body)])] for body in bodies])


def names_of_spans(body):
    return [name.decode() for name in inner(body, 1, 2, 2, 5)]


def post(port, signal, body, **headers):
    """(status, headers, body) of a request over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wanted = {"Content-Type": "application/x-protobuf"} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", PATHS.get(signal, signal), body, {k: v for k, v in wanted.items() if v is not None})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


class Backend:
    """A server of OTLP over HTTP. `answer(signal, body)` gives a status, or (status, headers, body); what it
    answers with a 2xx is kept, out of its encoding, by signal."""

    def __init__(self, answer=lambda signal, body: 200):
        self.answer = answer
        self.kept = {signal: [] for signal in PATHS}
        self.requests = []
        self.port = free_port()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                signal = next((name for name, path in PATHS.items() if self.path.endswith(path)), self.path)
                result = outer.answer(signal, body)
                status, headers, text = result if isinstance(result, tuple) else (result, {}, b"")
                outer.requests.append((signal, status, dict(self.headers)))
                if status // 100 == 2:
                    outer.kept[signal].append(body)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(text))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def spans(self):
        return [name for body in self.kept["traces"] for name in names_of_spans(body)]

    def wait_spans(self, count, seconds=20):
        wait_for(f"{count} spans", lambda: len(self.spans()) >= count, seconds)
        return self.spans()
