"""The program that checks the agent's numbers, on numbers that are wrong; and numbers that outlive what made them."""
import pytest

import conservation

CONFIG = """
logging {
  write_to = [loki.echo.own.receiver]
}
loki.source.file "a" {
  targets    = []
  forward_to = [loki.process.p.receiver, loki.echo.own.receiver]
}
loki.process "p" {
  forward_to = [loki.write.w.receiver]
  stage.multiline { firstline = "^x" }
}
loki.echo "own" { }
loki.write "w" {
  endpoint {
    url = "http://a"
  }
  endpoint {
    url = "http://b"
  }
}
"""


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(conservation, "STILL_SECONDS", 0.05)


GRAPH = [("loki.source.file.a", "loki.process.p", 1, None), ("loki.process.p", "loki.write.w", 2, None)]


def series(component, **numbers):
    return "".join(f'tributary_component_{name}{{component_id="{component}",unit="lines"}} {value}\n'
                   for name, value in numbers.items())


FILE = {"received_total": 10, "sent_total": 9, "buffered": 1, "buffered_bytes": 77}
PROCESS = {"received_total": 9, "created_total": 1, "sent_total": 5, "dropped_total": 2, "merged_total": 1, "held": 2}
WRITE = {"received_total": 10, "sent_total": 6, "abandoned_total": 1, "dropped_total": 2, "buffered": 1}


def text(file=None, process=None, write=None):
    return (series("loki.source.file.a", **{**FILE, **(file or {})}) + "go_goroutines 7\n"
            + series("loki.process.p", **{**PROCESS, **(process or {})})
            + series("loki.write.w", **{**WRITE, **(write or {})}))


def test_edges_of_a_configuration():
    assert conservation.edges(CONFIG) == GRAPH


def test_numbers_that_add_up():
    assert conservation.faults(conservation.flows(text()), GRAPH) == []
    conservation.check(text, GRAPH)


@pytest.mark.parametrize("doctored, at_fault", [
    ({"file": {"buffered": 0}}, "loki.source.file.a: 10 came and 9 went"),
    ({"file": {"received_total": 11, "sent_total": 10}}, "loki.process.p: 9 received of 10 lines sent to it"),
    ({"process": {"merged_total": 0}}, "loki.process.p: 10 came and 9 went"),
    ({"process": {"created_total": 2}}, "loki.process.p: 11 came and 10 went"),
    ({"process": {"held": 1, "sent_total": 6}}, "loki.write.w: 10 received of 12 lines sent to it"),
    ({"write": {"received_total": 5, "sent_total": 1}}, "loki.write.w: 5 received of 10 lines sent to it"),
    ({"write": {"abandoned_total": 0}}, "loki.write.w: 10 came and 9 went"),
])
def test_numbers_that_do_not_add_up(doctored, at_fault):
    with pytest.raises(AssertionError, match=at_fault):
        conservation.check(lambda: text(**doctored), GRAPH)


def test_what_a_disk_queue_found_came_from_a_run_before():
    received = text(write={"received_total": 13, "sent_total": 9})
    found = 'tributary_disk_queue_recovered_entries_total{component_id="loki.write.w",endpoint="a"} 3\n'
    conservation.check(lambda: received + found, GRAPH)
    with pytest.raises(AssertionError, match="loki.write.w: 13 received of 10 lines sent to it"):
        conservation.check(lambda: received, GRAPH)


def test_numbers_under_way_are_waited_for():
    readings = iter([text(write={"buffered": 0, "sent_total": 6}), text(write={"sent_total": 6, "buffered": 2}), text()])
    conservation.check(lambda: next(readings), GRAPH)


def test_numbers_that_never_rest():
    count = iter(range(1, 10**6))
    with pytest.raises(AssertionError, match="do not add up"):
        conservation.check(lambda: text(write={"received_total": 10 + next(count)}), GRAPH, seconds=0.2)
    conservation.check(lambda: text(write={"received_total": 10 + next(count)}), GRAPH, seconds=0.2, must_rest=False)


def test_an_agent_that_does_not_answer_is_not_checked():
    conservation.check(lambda: None, GRAPH)


PIPELINE = """
loki.source.file "f" {{
	targets    = [{{__path__ = "{path}"}}]
	forward_to = [loki.process.p.receiver]
}}

loki.process "p" {{
	forward_to = [loki.write.w.receiver]
{stages}
}}

loki.write "w" {{
	endpoint {{
		url = "{url}"
	}}
}}
"""


def test_a_stage_that_goes_leaves_its_numbers(agent, receiver, tmp_path):
    """The end of the test checks that what it has dropped and merged still counts."""
    path = tmp_path / "a.log"
    path.write_text("F1\nsecond\nnoise\nF2\n")
    stages = """
	stage.drop {
		expression = "noise"
	}

	stage.multiline {
		firstline     = "^F"
		max_wait_time = "100ms"
	}
"""
    running = agent(PIPELINE.format(path=path, url=receiver.url, stages=stages))
    receiver.wait_line("F1\nsecond")
    assert running.reload(PIPELINE.format(path=path, url=receiver.url, stages=""))[0] == 200
    with path.open("a") as log:
        log.write("noise\n")
    receiver.wait_line("noise")
