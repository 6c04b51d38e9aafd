"""Compares a report with the truth: recall on EMPTY and WIDENS, precision of both, coverage."""
import collections
import dataclasses
import pathlib

BAD = ("EMPTY", "WIDENS")
# The truth computes no values, and a log panel shows the same lines under other labels: one of these is as right as the other.
KEEPS = ("SAME", "VALUE-CHANGED")


# What is worth a row of its own; other templates are counted by what stands before the colon.
KINDS = {"log: on both sides": "one label on several hosts", "metric: every host": "one label on several hosts",
         "variable: no value": "variables without values", "variable: custom, allValue": "All",
         "variable: custom, all moved": "All", "variable: jobs of a host": "All",
         "routes": "routes"}
LEVEL = "labels from lines"
SPLIT = "aggregations over split streams"


def kind_of(expected):
    """The kind of fault that a query of the benchmark would show."""
    if " level" in expected.template:
        return LEVEL
    if expected.shape in KINDS:
        return KINDS[expected.shape]
    if expected.template in KINDS:
        return KINDS[expected.template]
    head = expected.template.split(":")[0]
    return SPLIT if head == "metric" and "EMPTY" not in expected.verdicts else head


def normalised(text):
    return " ".join(text.split())


@dataclasses.dataclass
class Row:
    """Counts of one shape or template. `found`: of those that are certainly bad, the ones named so."""
    bad: int = 0
    found: int = 0
    raised: int = 0  # verdicts EMPTY and WIDENS given
    right: int = 0   # and rightly so
    agreed: int = 0  # verdicts of any kind that are right
    unknown: int = 0
    all: int = 0

    def recall(self):
        return self.found / self.bad if self.bad else 1.0

    def precision(self):
        return self.right / self.raised if self.raised else 1.0


class Score:
    def __init__(self, truth, findings):
        """`truth`: Expected; `findings`: those of the JSON report whose kind is a whole query."""
        self.by_shape, self.by_template = collections.defaultdict(Row), collections.defaultdict(Row)
        self.by_kind = collections.defaultdict(Row)
        self.total = {"EMPTY": Row(), "WIDENS": Row(), "both": Row()}
        self.misses, self.unseen = [], []
        given = collections.defaultdict(list)
        for finding in findings:
            place = (pathlib.PurePath(finding["file"]).name, normalised(finding["old"]))
            given[place].append(finding)
        for expected in truth:
            found = given.pop((expected.file, normalised(expected.text)), None)
            if found:
                for finding in found:
                    self.count(expected, finding)
            elif expected.must_be_seen:
                self.unseen.append(expected)
        self.unexpected = [finding for found in given.values() for finding in found]

    def count(self, expected, finding):
        verdict = finding["verdict"]
        rows = [self.by_shape[expected.shape], self.by_template[expected.template],
                self.by_kind[kind_of(expected)], self.total["both"]]
        only = expected.verdicts[0] if len(expected.verdicts) == 1 else ""
        for row in rows + ([self.total[only]] if only in BAD else []):
            row.all += 1
            row.unknown += verdict == "UNKNOWN"
            row.agreed += verdict in expected.verdicts or (verdict in KEEPS and expected.verdicts[0] in KEEPS)
            if only in BAD:
                row.bad += 1
                row.found += verdict == only
        for row in rows + ([self.total[verdict]] if verdict in BAD else []):
            if verdict in BAD:
                row.raised += 1
                row.right += verdict in expected.verdicts
        if (only in BAD or verdict in BAD) and verdict not in expected.verdicts:
            self.misses.append((expected, finding))

    def recall(self, verdict):
        return self.total[verdict].recall()

    def precision(self):
        return self.total["both"].precision()

    def summary(self):
        row = self.total["both"]
        return (f"recall EMPTY {self.recall('EMPTY'):.4f} WIDENS {self.recall('WIDENS'):.4f}, "
                f"precision {self.precision():.4f}, unknown {row.unknown} of {row.all}")

    def kinds(self):
        """A line a kind: recall and precision of EMPTY and WIDENS, and how many verdicts are right."""
        for name, row in sorted(self.by_kind.items()):
            yield (f"{name}: recall {row.recall():.3f} of {row.bad}, precision {row.precision():.3f} of {row.raised}, "
                   f"right {row.agreed} of {row.all}, unknown {row.unknown}")

    def table(self):
        lines = [f"{'':44}{'all':>6}{'bad':>6}{'found':>7}{'raised':>8}{'right':>7}{'unknown':>9}"]
        for rows in (self.by_shape, self.by_template, self.total):
            for name, row in sorted(rows.items()):
                lines.append(f"{name:44}{row.all:6}{row.bad:6}{row.found:7}{row.raised:8}"
                             f"{row.right:7}{row.unknown:9}")
            lines.append("")
        return "\n".join(lines + [self.summary()])

    def explained(self, limit=40):
        """The misses, each with its file and query."""
        lines = [f"{expected.file}: {expected.template}: {finding['verdict']}, not "
                 f"{' or '.join(expected.verdicts)}\n    {finding['old']}\n    {finding['reason']}"
                 for expected, finding in self.misses[:limit]]
        lines += [f"{expected.file}: {expected.template}: not in the report\n    {expected.text}"
                  for expected in self.unseen[:limit]]
        return "\n".join(lines)
