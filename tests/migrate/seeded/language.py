"""Queries as values: each prints itself as LogQL or PromQL and evaluates itself over the fleet's lines.

A result is a table: from the labels of a row to the lines it is made of. Numbers are not computed;
which lines make up which row is all that a change of labels can change.
"""
import dataclasses
import json
import re


def quote(text):
    return json.dumps(text, ensure_ascii=False)


def key(labels):
    """Labels as a dictionary key; an empty value is an absent label."""
    return tuple(sorted((name, value) for name, value in labels.items() if value != ""))


@dataclasses.dataclass(frozen=True)
class Variable:
    """$name as it is written, and the value it takes in a world."""
    written: str
    value: object  # world -> text

    def at(self, world):
        return self.value(world)


@dataclasses.dataclass(frozen=True)
class Matcher:
    name: str
    op: str
    value: object  # text or Variable

    def text(self):
        written = self.value.written if isinstance(self.value, Variable) else self.value
        return f"{self.name}{self.op}{quote(written)}"

    def accepts(self, labels, world):
        value = self.value.at(world) if isinstance(self.value, Variable) else self.value
        found = labels.get(self.name, "")
        if self.op in ("=~", "!~"):
            return (re.fullmatch(value, found) is not None) == (self.op == "=~")
        return (found == value) == (self.op in ("=", "=="))


@dataclasses.dataclass(frozen=True)
class Row:
    """A line on its way through the stages."""
    origin: tuple
    stream: dict
    extracted: dict
    line: str

    def labels(self):
        return {**self.stream, **self.extracted}


@dataclasses.dataclass(frozen=True)
class LineFilter:
    op: str
    pattern: str

    def text(self):
        return f"{self.op} {quote(self.pattern)}"

    def run(self, row, world):
        found = (re.search(self.pattern, row.line) is not None if "~" in self.op
                 else self.pattern in row.line)
        return row if found == self.op.startswith("|") else None


@dataclasses.dataclass(frozen=True)
class Parser:
    kind: str

    def text(self):
        return f"| {self.kind}"

    def run(self, row, world):
        return dataclasses.replace(row, extracted={**row.extracted, **{
            name + "_extracted" if name in row.stream else name: value
            for name, value in self.fields(row.line).items()}})

    def fields(self, line):
        if self.kind == "json":
            try:
                return {name: str(value) for name, value in json.loads(line).items()}
            except ValueError:
                return {}
        return {name: value.strip('"') for name, value in
                re.findall(r'([a-z_]+)=("[^"]*"|\S+)', line)}


@dataclasses.dataclass(frozen=True)
class LabelFilter:
    matcher: Matcher

    def text(self):
        return f"| {self.matcher.text()}"

    def run(self, row, world):
        return row if self.matcher.accepts(row.labels(), world) else None


@dataclasses.dataclass(frozen=True)
class Drop:
    """| drop job, | keep hostname"""
    keep: bool
    names: tuple

    def text(self):
        return f"| {'keep' if self.keep else 'drop'} {', '.join(self.names)}"

    def run(self, row, world):
        def kept(labels):
            return {name: value for name, value in labels.items() if (name in self.names) == self.keep}
        return dataclasses.replace(row, stream=kept(row.stream), extracted=kept(row.extracted))


@dataclasses.dataclass(frozen=True)
class Rename:
    """| label_format destination=source"""
    destination: str
    source: str

    def text(self):
        return f"| label_format {self.destination}={self.source}"

    def run(self, row, world):
        labels = row.labels()
        if self.source not in labels:
            return row
        value = labels.pop(self.source)
        return dataclasses.replace(row, stream={}, extracted={**labels, self.destination: value})


@dataclasses.dataclass(frozen=True)
class Pass:
    """A stage that changes neither lines nor labels here: line_format, decolorize, unwrap."""
    written: str

    def text(self):
        return self.written

    def run(self, row, world):
        return row


@dataclasses.dataclass(frozen=True)
class LogQuery:
    matchers: tuple
    stages: tuple = ()

    def selector(self):
        return "{" + ", ".join(m.text() for m in self.matchers) + "}"

    def text(self):
        return " ".join([self.selector(), *(stage.text() for stage in self.stages)])

    def rows(self, world):
        for entry in world:
            if not all(m.accepts(entry.labels, world) for m in self.matchers):
                continue
            row = Row(entry.origin, entry.labels, {}, entry.line)
            for stage in self.stages:
                row = row and stage.run(row, world)
            if row:
                yield row

    def table(self, world):
        found = {}
        for row in self.rows(world):
            found.setdefault(key(row.labels()), set()).add(row.origin)
        return found


@dataclasses.dataclass(frozen=True)
class Range:
    """rate({...} [5m]) and its kin; absent_over_time has a row exactly when there is no line."""
    function: str
    query: LogQuery
    range: str = "5m"
    parameter: str = ""
    grouping: str = ""

    def text(self):
        parameter = f"{self.parameter}, " if self.parameter else ""
        return f"{self.function}({parameter}{self.query.text()} [{self.range}]){self.grouping}"

    def table(self, world):
        rows = self.query.table(world)
        if self.function == "absent_over_time":
            # Its row has the labels that are asked for by equality.
            named = {m.name: m.value for m in self.query.matchers if m.op == "="}
            return {} if rows else {key(named): set()}
        return rows


@dataclasses.dataclass(frozen=True)
class Aggregation:
    """sum by (job) (...); `mode` is by, without or empty."""
    function: str
    operand: object
    mode: str = ""
    names: tuple = ()
    parameter: str = ""

    def text(self):
        mode = f" {self.mode} ({', '.join(self.names)}) " if self.mode else ""
        parameter = f"{self.parameter}, " if self.parameter else ""
        return f"{self.function}{mode}({parameter}{self.operand.text()})"

    def table(self, world):
        if self.function == "topk":
            return self.operand.table(world)
        found = {}
        for labels, origins in self.operand.table(world).items():
            kept = tuple(pair for pair in labels if self.keeps(pair[0]))
            found.setdefault(kept, set()).update(origins)
        return found

    def keeps(self, name):
        return (name in self.names) == (self.mode != "without")


@dataclasses.dataclass(frozen=True)
class Compared:
    """expr > 5: the number of lines is not computed, so every row stays."""
    operand: object
    tail: str

    def text(self):
        return f"{self.operand.text()} {self.tail}"

    def table(self, world):
        return self.operand.table(world)


@dataclasses.dataclass(frozen=True)
class OrZero:
    operand: object

    def text(self):
        return f"{self.operand.text()} or vector(0)"

    def table(self, world):
        return {**{(): set()}, **self.operand.table(world)}


@dataclasses.dataclass(frozen=True)
class Divided:
    """left / on (names) right; `mode` is on, ignoring or empty: all labels must be equal. With
    `many`, several rows of the left find one of the right (group_left)."""
    left: object
    right: object
    mode: str = ""
    names: tuple = ()
    many: bool = False

    def text(self):
        matching = f"{self.mode} ({', '.join(self.names)}) " if self.mode else ""
        group = "group_left () " if self.many else ""
        return f"{self.left.text()} / {matching}{group}{self.right.text()}"

    def matched(self, labels):
        if not self.mode:
            return labels
        return tuple(pair for pair in labels if (pair[0] in self.names) == (self.mode == "on"))

    def table(self, world):
        right = {}
        for labels, origins in self.right.table(world).items():
            right.setdefault(self.matched(labels), set()).update(origins)
        return {labels if self.many else self.matched(labels): origins | right[self.matched(labels)]
                for labels, origins in self.left.table(world).items()
                if self.matched(labels) in right}


@dataclasses.dataclass(frozen=True)
class LabelReplace:
    """label_replace(operand, destination, "$1", source, "(.*)"): a copy of a label."""
    operand: object
    destination: str
    source: str

    def text(self):
        return (f'label_replace({self.operand.text()}, "{self.destination}", "$1", '
                f'"{self.source}", "(.*)")')

    def table(self, world):
        found = {}
        for labels, origins in self.operand.table(world).items():
            named = {**dict(labels), self.destination: dict(labels).get(self.source, "")}
            found.setdefault(key(named), set()).update(origins)
        return found


@dataclasses.dataclass(frozen=True)
class Series:
    """A recorded metric in PromQL: the rows of the rule's expression with the rule's labels."""
    name: str
    expression: object
    rule_labels: tuple = ()
    matchers: tuple = ()

    def text(self):
        matchers = ", ".join(m.text() for m in self.matchers)
        return self.name + (f"{{{matchers}}}" if matchers else "")

    def table(self, world):
        found = {}
        for labels, origins in self.expression.table(world).items():
            all_labels = {**dict(labels), **dict(self.rule_labels)}
            if all(m.accepts(all_labels, world) for m in self.matchers):
                found.setdefault(key(all_labels), set()).update(origins)
        return found
