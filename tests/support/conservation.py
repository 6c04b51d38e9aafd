"""Whether an agent's numbers add up, read from /metrics (docs/agent.md says what they mean).

In each component:  received + created = sent + dropped + merged + abandoned + held + buffered
Along each edge:    what a component has sent of a unit, each receiver of its forward_to or output has received; a disk
                    queue receives what a run before had left as well, and says how much that was
"""
import collections
import re
import time

IN = ("received_total", "created_total")
OUT = ("sent_total", "dropped_total", "merged_total", "abandoned_total", "held", "buffered")
RECOVERED = "recovered_entries_total"
SERIES = re.compile(r"tributary_(?:component|disk_queue)_(\w+)\{(.*)\} (\S+)$")
STILL_SECONDS = 1.0  # Numbers that do not add up and do not change for so long are wrong.


# The lists of a block `output`, and what they carry.
OUTPUTS = {"traces": "spans", "metrics": "data_points", "logs": "log_records"}


def flows(metrics):
    """{component: {(number, unit): value}} of the text of /metrics, summed over its other labels."""
    found = collections.defaultdict(lambda: collections.defaultdict(float))
    for line in metrics.splitlines():
        match = SERIES.match(line)
        if match and match[1] in (*IN, *OUT, RECOVERED):
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2]))
            found[labels["component_id"]][match[1], labels.get("unit")] += float(match[3])
    return found


def edges(config):
    """[(sender, receiver, copies, unit)] of a configuration: a loki.write counts for each of its endpoints; the unit
    is None where everything is sent on.

    Receivers of the agent's own log are left out, as are edges to them: the log counts nothing."""
    blocks = {}
    for block in re.split(r'^(?=\S+ "\w+" \{|\w+ \{)', config, flags=re.MULTILINE):
        if name := re.match(r'([\w.]+)(?: "(\w+)")? \{', block):
            blocks[f"{name[1]}.{name[2]}" if name[2] else name[1]] = block

    def named(attribute, block):
        found = re.search(attribute + r"\s*=\s*(.*)", block, re.MULTILINE)
        return re.findall(r"([\w.]+)\.(?:receiver|input)", found[1]) if found else []

    logged = {receiver for block in blocks.values() for receiver in named("write_to", block)}
    copies = {name: max(1, len(re.findall(r"^\s*endpoint \{", block, re.MULTILINE))) for name, block in blocks.items()}
    return [(sender, receiver, copies.get(receiver, 1), unit) for sender, block in blocks.items()
            for attribute, unit in {"forward_to": None, **OUTPUTS}.items()
            for receiver in named(rf"^\s*{attribute}", block) if receiver not in logged]


def faults(numbers, graph):
    """What does not add up; empty when all is well."""
    found = []
    for component, flow in sorted(numbers.items()):
        came, went = (sum(value for (name, _), value in flow.items() if name in names) for names in (IN, OUT))
        if came != went:
            found.append(f"{component}: {came:.0f} came and {went:.0f} went: {dict(flow)}")
    wanted = collections.Counter()
    for sender, receiver, copies, only in graph:
        for (name, unit), value in numbers.get(sender, {}).items():
            if name == "sent_total" and only in (None, unit):
                wanted[receiver, unit] += copies * value
    for (receiver, unit), count in sorted(wanted.items()):
        numbers_of = numbers.get(receiver, {})
        received = numbers_of.get(("received_total", unit), 0)
        if recovered := numbers_of.get((RECOVERED, None), 0):  # Of any unit: only the sums can be compared.
            received = sum(value for (name, _), value in numbers_of.items() if name == "received_total") - recovered
            count = sum(value for (other, _), value in wanted.items() if other == receiver)
        if received != count:
            found.append(f"{receiver}: {received:.0f} received of {count:.0f} {unit} sent to it")
    return found


def check(read, graph, seconds=20.0, must_rest=True):
    """Waits until all adds up. `read` gives the text of /metrics, or None when nobody answers.

    Fails when the numbers are wrong at rest, and, with `must_rest`, when they are wrong until the end."""
    deadline = time.monotonic() + seconds
    last, since = None, 0.0
    while (text := read()) is not None:
        now, numbers = time.monotonic(), flows(text)
        wrong = faults(numbers, graph)
        if not wrong:
            return
        if numbers != last:
            last, since = numbers, now
        if now - since >= STILL_SECONDS or (must_rest and now >= deadline):
            raise AssertionError("the numbers do not add up:\n" + "\n".join(wrong))
        if now >= deadline:
            return
        time.sleep(0.02)
