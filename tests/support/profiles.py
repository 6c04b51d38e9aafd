"""Profiles by hand: pprof and push.v1 written and read, a client, and a backend that answers as a test decides.

What is read is read strictly: whatever Pyroscope refuses as a whole is an AssertionError here, and so a failed test."""
import gzip
import http.client
import threading
import time
import urllib.parse
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from otlp import encode, fields, varint
from programs import wait_for

PUSH, INGEST = "/push.v1.PusherService/Push", "/ingest"
PROTO = {"Content-Type": "application/proto"}


def pprof(*stacks, types=(("cpu", "nanoseconds"),), at=None, addresses=None, compress=True):
    """A profile: each stack is (names, leaf first, as "leaf;main", value...). `addresses` names locations apart."""
    strings, functions, samples = [""], {}, []

    def text(name):
        if name not in strings:
            strings.append(name)
        return strings.index(name)

    value_types = [[(1, text(kind)), (2, text(unit))] for kind, unit in types]
    for names, *values in stacks:
        ids = [functions.setdefault(name, len(functions) + 1) for name in names.split(";")]
        samples.append([(1, b"".join(map(varint, ids))), *((2, value) for value in values)])
    for name in functions:
        text(name)
    at = time.time_ns() if at is None else at
    body = encode([(1, one) for one in value_types] + [(2, one) for one in samples]
                  + [(4, [(1, one), (3, (addresses or {}).get(name, 4096 + one)), (4, [(1, one)])])
                     for name, one in functions.items()]
                  + [(5, [(1, one), (2, text(name))]) for name, one in functions.items()]
                  + [(6, string) for string in strings] + [(9, at)])
    return gzip.compress(body) if compress else body


def numbers(message, tag):
    """A repeated field of numbers, packed or not, as signed 64 bits."""
    found = []
    for number, value in fields(message):
        if number == tag:
            found += [one for _, one in fields(b"".join(bytes([8]) + part for part in parts(value)))] \
                if isinstance(value, bytes) else [value]
    return [one - (1 << 64) if one >= 1 << 63 else one for one in found]


def parts(packed):
    """The varints of a packed field."""
    start = 0
    for at, byte in enumerate(packed):
        if byte < 0x80:
            yield packed[start:at + 1]
            start = at + 1
    assert start == len(packed), "a list of numbers is cut off"


Read = namedtuple("Read", "types stacks time duration")


def read_pprof(body):
    """Read(types, {"leaf;main": [values]}, time, duration) of a profile, whose every index must be good."""
    message = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    of = {}
    for number, value in fields(message):
        of.setdefault(number, []).append(value)
    strings = [raw.decode() for raw in of.get(6, [])]  # UTF-8, or it fails.
    assert strings and strings[0] == "", "the first string is not empty"

    def table(tag):
        rows = {}
        for raw in of.get(tag, []):
            row = dict(fields(raw))
            assert row.get(1, 0) > 0 and row[1] not in rows, f"table {tag}: id {row.get(1)} is 0 or there twice"
            rows[row[1]] = (row, raw)
        return rows

    types = [tuple(strings[dict(fields(raw)).get(tag, 0)] for tag in (1, 2)) for raw in of.get(1, [])]
    assert types, "there is no sample type"
    assert not any("-" in kind for kind, _ in types), types
    mappings, locations, functions = table(3), table(4), table(5)
    names = {one: strings[row.get(2, 0)] for one, (row, _) in functions.items()}
    named = {}
    for one, (row, raw) in locations.items():
        assert row.get(2, 0) == 0 or row[2] in mappings, f"location {one} has no mapping {row[2]}"
        lines = [dict(fields(value)) for number, value in fields(raw) if number == 4]
        assert lines or row.get(3), f"location {one} has neither a line nor an address"
        named[one] = [names[line[1]] for line in lines] or [hex(row[3])]
    stacks = {}
    for raw in of.get(2, []):
        values = numbers(raw, 2)
        assert len(values) == len(types), f"{len(values)} values for {len(types)} types"
        name = ";".join(name for one in numbers(raw, 1) for name in named[one])
        stacks[name] = [a + b for a, b in zip(stacks.get(name, [0] * len(types)), values)]
    return Read(types, stacks, of.get(9, [0])[0], of.get(10, [0])[0])


def push_request(labels, *bodies):
    return encode([(1, [(1, [(1, name), (2, value)]) for name, value in labels.items()]
                    + [(2, [(1, body)]) for body in bodies])])


Pushed = namedtuple("Pushed", "labels body headers")


def read_push(body, headers=None):
    """[Pushed] of a PushRequest, whose label sets must be good."""
    found = []
    for number, series in fields(body):
        assert number == 1, number
        labels = {}
        for label in (value for tag, value in fields(series) if tag == 1):
            name, value = (dict(fields(label)).get(tag, b"").decode() for tag in (1, 2))
            assert name and name not in labels, f"label {name!r}"
            labels[name] = value
        assert 0 < len(labels) <= 30, labels
        for sample in (value for tag, value in fields(series) if tag == 2):
            found.append(Pushed(labels, dict(fields(sample)).get(1, b""), headers))
    return found


def send(port, path, body, headers=PROTO, method="POST", timeout=60):
    """(status, headers, body) of a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def push(port, labels, *bodies):
    return send(port, PUSH, push_request(labels, *bodies))[0]


class Backend:
    """Pyroscope as far as its two ways in go. `refuse` gets the Pushed of each profile of a request: the first status
    other than 200 is the answer to all of it, and nothing of it is kept."""

    def __init__(self, refuse=lambda pushed: 200, port=0):
        self.refuse, self.pushed, self.posted, self.requests, self.faults = refuse, [], [], 0, []
        lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                url = urllib.parse.urlsplit(self.path)
                with lock:
                    outer.requests += 1
                    try:
                        status, answer = outer.take(url, body, self.headers)
                    except Exception as error:  # Of the test, which looks at it at its end.
                        outer.faults.append(f"{self.path}: {type(error).__name__}: {error}")
                        status, answer = 400, b'{"code":"invalid_argument"}'
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "0")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.request_queue_size = 128
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def take(self, url, body, headers):
        if url.path == PUSH:
            assert headers["Content-Type"] == "application/proto" and headers["Connect-Protocol-Version"] == "1"
            came, kept = read_push(body, dict(headers)), self.pushed
        else:
            assert url.path == INGEST, url.path
            came, kept = [Pushed(dict(urllib.parse.parse_qsl(url.query, strict_parsing=True)), body, dict(headers))], \
                self.posted
        for one in came:
            if (status := self.refuse(one)) != 200:
                return status, b'{"code":"unknown","message":"as the test says"}'
        if url.path == PUSH:
            for one in came:
                read_pprof(one.body)
        kept += came
        return 200, b""

    def stacks(self):
        """{stack: values} of all that was pushed, added up."""
        total = {}
        for one in list(self.pushed):
            for name, values in read_pprof(one.body).stacks.items():
                total[name] = [a + b for a, b in zip(total.get(name, [0] * len(values)), values)]
        return total

    def wait(self, count, seconds=20):
        wait_for(f"{count} profiles", lambda: len(self.pushed) >= count, seconds)
        return self.pushed

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind, *_):
        self.server.shutdown()
        self.server.server_close()
        assert kind is not None or not self.faults, self.faults
