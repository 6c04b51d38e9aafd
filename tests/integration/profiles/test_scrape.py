"""Profiles that are scraped: which are asked for, what is sent of them, and what a target that is down does."""
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from profiles import Backend, pprof, read_pprof
from programs import wait_for

CONFIG = """
pyroscope.scrape "go" {{
	targets         = [{{ "__address__" = "{address}", service_name = "shop", "__meta_x" = "y" }}]
	forward_to      = [pyroscope.write.out.receiver]
	scrape_interval = "{interval}"
{more}
}}

pyroscope.write "out" {{
	endpoint {{
		url                = "{url}"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"
	}}
}}
"""
MEMORY = (("alloc_objects", "count"), ("inuse_objects", "count"))


class Target:
    """Answers as `answer` says: called with the path, the query and the number of the request for this path, from 1;
    gives bytes, or (status, Content-Type, bytes)."""

    def __init__(self, answer):
        self.asked = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                queries = outer.asked.setdefault(url.path, [])
                queries.append(dict(urllib.parse.parse_qsl(url.query)))
                given = answer(url.path, queries[-1], len(queries))
                status, kind, body = given if isinstance(given, tuple) else (200, "application/octet-stream", given)
                self.send_response(status)
                self.send_header("Content-Type", kind)
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
        self.server.shutdown()
        self.server.server_close()


def only(*kinds):
    """A block profiling_config with these kinds alone."""
    known = ("memory", "block", "goroutine", "mutex", "process_cpu", "fgprof", "godeltaprof_memory",
             "godeltaprof_mutex", "godeltaprof_block")
    blocks = "".join(f"\t\tprofile.{kind} {{\n\t\t\tenabled = {'true' if kind in kinds else 'false'}\n\t\t}}\n"
                     for kind in known)
    return f"\tprofiling_config {{\n{blocks}\t}}\n"


def config(target, backend, more="", interval="2s"):
    return CONFIG.format(address=target.address, url=backend.url, more=more, interval=interval)


def test_the_kinds_of_the_default_are_scraped_and_sent(agent):
    def answer(path, query, number):
        if path.endswith("/allocs"):
            return pprof(("main", 10 * number, 5), types=MEMORY)
        if path.endswith(("/mutex", "/block")):
            return pprof(("main", number, number), types=(("contentions", "count"), ("delay", "nanoseconds")))
        return pprof(("main", 1))

    with Target(answer) as target, Backend() as backend:
        agent(config(target, backend))
        wait_for("five kinds", lambda: {one.labels["__name__"] for one in list(backend.pushed)} ==
                 {"memory", "block", "goroutine", "mutex", "process_cpu"})
        assert set(target.asked) == {f"/debug/pprof/{name}" for name in
                                     ("allocs", "block", "goroutine", "mutex", "profile")}
        assert target.asked["/debug/pprof/profile"][0] == {"seconds": "1"}
        assert all(query == {} for query in target.asked["/debug/pprof/allocs"])
        labels = {one.labels["__name__"]: one.labels for one in backend.pushed}
        assert labels["process_cpu"] == {"__name__": "process_cpu", "service_name": "shop", "instance": target.address}
        assert labels["memory"]["__delta__"] == "false"


def test_memory_is_sent_as_the_difference(agent):
    grown = [10, 14, 14, 15, 3]  # The fifth is of another start of the program.

    def answer(path, query, number):
        return pprof(("leaf;main", grown[min(number, 5) - 1], 7), ("idle", 100, 0), types=MEMORY, at=number * 10**9)

    with Target(answer) as target, Backend() as backend:
        agent(config(target, backend, only("memory"), interval="1s"))
        pushed = backend.wait(4)
        read = [read_pprof(one.body) for one in pushed[:4]]
        assert [one.stacks.get("leaf;main") for one in read] == [[4, 7], [0, 7], [1, 7], [3, 7]]
        assert ["idle" in one.stacks for one in read] == [False, False, False, True]
        assert read[0].duration == 10**9


def test_godeltaprof_is_sent_as_it_is_under_the_name_of_its_kind(agent):
    with Target(lambda path, query, number: pprof(("main", 5, 5), types=MEMORY)) as target, Backend() as backend:
        agent(config(target, backend, only("godeltaprof_memory"), interval="1s"))
        first = backend.wait(1)[0]
        assert set(target.asked) == {"/debug/pprof/delta_heap"}
        assert first.labels["__name__"] == "memory" and "__delta__" not in first.labels


@pytest.mark.parametrize("bad, reason", [
    ((404, "text/plain", b"404 page not found\n"), "HTTP 404: 404 page not found"),
    ((200, "text/html", b"<html></html>"), "text/html"),
    ((200, "application/octet-stream", b"<html></html>"), "is not a profile"),
    ((200, "application/octet-stream", b""), "empty"),
])
def test_an_answer_that_is_no_profile_is_shown_and_not_sent(agent, bad, reason):
    is_mended = threading.Event()
    with Target(lambda path, query, number: pprof(("main", 1)) if is_mended.is_set() else bad) as target, \
            Backend() as backend:
        running = agent(config(target, backend, only("goroutine"), interval="1s"))
        wait_for("the reason", lambda: reason in running.get("/api/v0/web/components")[1])
        is_mended.set()
        assert len(backend.wait(1)) == 1
        assert set(backend.stacks()) == {"main"}


def test_a_target_that_is_gone_is_not_asked_and_one_that_stays_goes_on(agent):
    with Target(lambda path, query, number: pprof(("main", 1))) as stays, \
            Target(lambda path, query, number: pprof(("gone", 1))) as goes, Backend() as backend:
        text = config(stays, backend, only("goroutine"), interval="1s")
        second = f', {{ "__address__" = "{goes.address}", service_name = "other" }}]\n\tforward_to'
        running = agent(text.replace("]\n\tforward_to", second, 1))
        wait_for("both", lambda: set(backend.stacks()) == {"main", "gone"})
        assert running.reload(text)[0] == 200
        asked = len(goes.asked["/debug/pprof/goroutine"])
        before = len(stays.asked["/debug/pprof/goroutine"])
        wait_for("the one that stays", lambda: len(stays.asked["/debug/pprof/goroutine"]) >= before + 2)
        assert len(goes.asked["/debug/pprof/goroutine"]) <= asked + 1  # One may have been on its way.
