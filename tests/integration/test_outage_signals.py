"""Samples and spans in an outage: what a backend may do × scraped, pushed and OTLP; then what may happen to the agent.

A cell: what is made without a pause meets a backend that misbehaves, and the event; the agent answers its control
interface within a second; the backend recovers, and everything that was made meanwhile, and after, has come. Each source
meets one member of each group (support/backends.py), in turn; what a backend refuses in part, test_remote_write.py and
otlp/test_http.py have. gRPC is otlp/test_grpc.py's. A Prometheus that pushes takes seconds to begin, so it has three cells
here, and others in test_receive_http.py.
"""
import collections
import re
import threading
import time

import pytest
from backends import BACKENDS, GROUPS
from front import Front
from otlp import Backend, Fixed64, names_of_spans, post, request, spans
from programs import TIME_FACTOR, free_port, wait_for
from prometheus import Application, Prometheus, Sender

REMOTE_WRITE = """
prometheus.remote_write "sink" {{
	endpoint {{
		url            = "{url}/api/v1/write"
		remote_timeout = "1s"

		queue_config {{
			batch_send_deadline = "50ms"
			min_backoff         = "30ms"
			max_backoff         = "200ms"
		}}
	}}
}}
"""


def counted(scrape):
    return f"# TYPE made_total counter\nmade_total {scrape}\n"


class Samples:
    """What ends at a Prometheus: the values of one series, which are 1, 2, 3 and so on."""
    HANDED_OVER = False  # What the agent has not answered, its client sends again.

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.backend = Prometheus(folder)
        self.backend_port = self.backend.port

    def __enter__(self):
        self.backend.start()
        return self

    def __exit__(self, *_):
        self.backend.kill()

    def config(self, url, name="in"):
        return self.CONFIG.format(name=name, **vars(self)) + REMOTE_WRITE.format(url=url)

    def begin(self):
        pass

    def received(self):
        return [int(value) for value in self.backend.values(self.SERIES)]

    def repeats(self):
        return 0  # Prometheus takes a sample once.


class Scraped(Samples):
    name, SERIES = "scraped", "made_total"
    CONFIG = """
prometheus.scrape "{name}" {{
	targets         = [{{ __address__ = "{application.address}", job = "made", instance = "a" }}]
	forward_to      = [prometheus.remote_write.sink.receiver]
	scrape_interval = "100ms"
	scrape_timeout  = "100ms"
}}
"""

    def __enter__(self):
        self.application = Application(counted).__enter__()
        return super().__enter__()

    def __exit__(self, *_):
        self.application.__exit__()
        super().__exit__()

    def made(self):
        return self.application.scrapes


class Pushed(Scraped):
    name, HANDED_OVER = "pushed", True
    CONFIG = """
prometheus.receive_http "{name}" {{
	http {{
		listen_address = "127.0.0.1"
		listen_port    = {port}
	}}
	forward_to = [prometheus.remote_write.sink.receiver]
}}
"""

    def begin(self):
        self.sender = Sender(self.folder, self.application, f"http://127.0.0.1:{self.port}/api/v1/metrics/write").start()

    def __exit__(self, *_):
        self.sender.kill()
        super().__exit__()


class Client:
    """Sends numbered requests one after the other, each again until it is taken."""

    def __init__(self, port, signal, body_of):
        self.taken = self.tries = 0
        self.is_over = False
        self.thread = threading.Thread(target=self.run, args=(port, signal, body_of))
        self.thread.start()

    def run(self, port, signal, body_of):
        while not self.is_over:
            body = body_of(self.taken + 1)
            self.tries += 1
            try:
                status = post(port, signal, body)[0]
            except OSError:
                status = 0
            if status == 200:
                self.taken += 1
            time.sleep(0.02)

    def stop(self):
        self.is_over = True
        self.thread.join(70)
        assert not self.thread.is_alive()


OTLP = """
otelcol.receiver.otlp "{name}" {{
	http {{
		endpoint = "127.0.0.1:{port}"
	}}

	output {{
		{signal} = [{next}.input]
	}}
}}
"""


class Gauges(Samples):
    name, SERIES, HANDED_OVER = "otlp-metrics", "made", True
    signal, next = "metrics", "otelcol.exporter.prometheus.out"
    CONFIG = OTLP.replace("{signal}", signal).replace("{next}", next) + """
otelcol.exporter.prometheus "out" {{
	forward_to = [prometheus.remote_write.sink.receiver]
}}
"""

    @staticmethod
    def body_of(number):
        return request([[(1, "made"), (5, [(1, [(3, Fixed64(time.time_ns())), (6, Fixed64(number))])])]])

    def begin(self):
        self.client = Client(self.port, self.signal, self.body_of)

    def __exit__(self, *_):
        self.client.stop()
        super().__exit__()

    def made(self):
        return self.client.taken


class Traces:
    name, HANDED_OVER = "otlp-traces", True
    CONFIG = OTLP + """
otelcol.exporter.otlphttp "sink" {{
	client {{
		endpoint = "{url}"
		timeout  = "1s"
	}}

	retry_on_failure {{
		initial_interval = "50ms"
		max_interval     = "200ms"
	}}
}}
"""

    def __init__(self, _):
        self.port = free_port()
        self.backend = Backend()
        self.backend_port = self.backend.port

    def __enter__(self):
        self.backend.__enter__()
        return self

    def __exit__(self, *_):
        self.client.stop()
        self.backend.__exit__()

    def config(self, url, name="in"):
        return self.CONFIG.format(name=name, port=self.port, url=url, signal="traces", next="otelcol.exporter.otlphttp.sink")

    def begin(self):
        self.client = Client(self.port, "traces", lambda number: spans(str(number)))

    def made(self):
        return self.client.taken

    def numbers(self):
        return [int(name) for body in list(self.backend.kept["traces"]) for name in names_of_spans(body)]

    def received(self):
        return sorted(set(self.numbers()))

    def repeats(self):
        """What came more than once without having been sent more than once."""
        repeated = sum(count - 1 for count in collections.Counter(self.numbers()).values())
        return max(0, repeated - (self.client.tries - self.client.taken))


class Cell:
    def __init__(self, agent, source, front, more=()):
        self.source, self.front = source, front
        self.url = f"http://127.0.0.1:{front.port}"
        self.running = agent(source.config(self.url), arguments=more)
        self.lost = set()  # Numbers that may be: nobody has taken them.
        source.begin()
        wait_for("the first ones", lambda: len(source.received()) >= 3, 30)

    def reload(self, *config, **named):
        begin = time.monotonic()
        status, text = self.running.reload(self.source.config(*config, **named))
        assert status == 200, text
        assert self.running.get("/-/ready")[0] == 200
        assert time.monotonic() - begin < TIME_FACTOR

    def has_trouble(self, backend):
        if not backend.fails:
            return self.running.metric("tributary_component_received_total") > 0
        return self.front.misused >= 2 or (backend.forgets and self.running.get("/-/healthy")[0] != 200)

    def dropped(self):
        """Series of what was dropped, and nobody wanted that."""
        return [line for line in self.running.get("/metrics")[1].splitlines()
                if re.match(r'tributary_component_dropped_total\{.*intentional="false".* [1-9]', line)]

    def note_gap(self):
        """What is scraped now nobody may have taken."""
        if not self.source.HANDED_OVER:
            made = self.source.made()
            self.lost |= {made, made + 1}


def nothing(cell):
    cell.reload(cell.url)


def sink_mended(cell):
    cell.reload(cell.url + "/wrong")
    cell.reload(cell.url)


def source_renamed(cell):
    cell.note_gap()
    cell.reload(cell.url, name="elsewhere")


def agent_stopped(cell):
    wait_for("what waits on disk", lambda: cell.running.metric("tributary_disk_queue_appended_entries_total") >= 5)
    cell.note_gap()
    assert cell.running.stop() == 0
    cell.note_gap()
    cell.running.start()


def agent_killed(cell):
    wait_for("what waits on disk", lambda: cell.running.metric("tributary_disk_queue_appended_entries_total") >= 5)
    cell.note_gap()
    cell.running.kill()
    cell.note_gap()
    cell.running.start()


QUEUE = ("--storage.queue-size=64MiB",)
# Whether they want a disk queue, and repeat.
EVENTS = {sink_mended: ((), False), source_renamed: ((), True), agent_stopped: (QUEUE, True), agent_killed: (QUEUE, True)}


def cells():
    for number, source in enumerate((Scraped, Gauges, Traces)):
        for group in GROUPS.values():
            names = [name for name in group if not group[name].refused]
            if names:
                yield nothing, source, names[number % len(names)]
    yield nothing, Pushed, "black-hole"
    failing = [name for name, backend in BACKENDS.items() if backend.fails]
    for turn, event in enumerate(EVENTS):
        for number, source in enumerate((Scraped, Gauges, Traces)):
            yield event, source, failing[(4 * turn + number) % len(failing)]
    yield agent_stopped, Pushed, "429"
    yield agent_killed, Pushed, "502"


@pytest.mark.parametrize("event, kind, backend", [
    pytest.param(*cell, id=f"{cell[0].__name__}-{cell[1].name}-{cell[2]}") for cell in cells()])
def test_an_outage_costs_no_sample_and_no_span(agent, tmp_path, event, kind, backend):
    backend = BACKENDS[backend]
    arguments, may_repeat = EVENTS.get(event, ((), False))
    with kind(tmp_path) as source, Front(source.backend_port) as front:
        cell = Cell(agent, source, front, arguments)
        backend.begin(front)
        wait_for("trouble", lambda: cell.has_trouble(backend))
        event(cell)
        backend.end(front)
        wanted = set(range(1, source.made() + 4)) - cell.lost  # And some that come after.
        wait_for("everything", lambda: wanted <= set(source.received()), 60)
        assert source.repeats() == 0 or may_repeat or backend.may_keep
        assert cell.dropped() == []
        assert cell.running.get("/-/ready")[0] == 200
        assert cell.running.stop() == 0


def test_a_client_that_awaits_the_answer_does_not_wait_for_a_batch(agent, tmp_path):
    """remote_write gathers samples for five seconds; who waits for their delivery makes them go at once."""
    with Gauges(tmp_path) as source:
        url = f"http://127.0.0.1:{source.backend_port}"
        agent(source.config(url).replace('batch_send_deadline = "50ms"', 'batch_send_deadline = "1h"'))
        source.begin()
        wait_for("requests one after the other", lambda: source.made() >= 20, 10)
        assert len(source.received()) >= 19
