"""Inhibitions of an Alertmanager: which alerts silence which others, before and after the move."""
import dataclasses

from .language import Matcher
from .log_templates import job
from .writing import as_yaml

FILE = "inhibitions.yml"


@dataclasses.dataclass(frozen=True)
class Inhibition:
    """Alerts that `source` accepts silence those that `target` accepts, where `equal` is equal."""
    source: Matcher
    target: Matcher
    equal: str

    def pairs(self, rules, world):
        """(source, target) for each alert that another one silences."""
        alerts = [found for rule in rules for found in rule.alerts(world)]
        return {(by, silenced)
                for source, by_ids in alerts if self.source.accepts(source, world)
                for target, ids in alerts if self.target.accepts(target, world)
                if source.get(self.equal, "") == target.get(self.equal, "")
                for by in by_ids for silenced in ids if by != silenced}

    def spelled(self):
        return {"source_matchers": [self.source.text()], "target_matchers": [self.target.text()],
                "equal": [self.equal]}


def drawn(p):
    """Every kind of side with every label: all of a service, all of a severity, one alert's name."""
    page, ticket = Matcher("severity", "=", "page"), Matcher("severity", "=", "ticket")
    down = Matcher("alertname", "=", "Down")
    sides = [(page, ticket), (ticket, page), (down, ticket), (down, page),
             (job("=", p.moved_job()), page), (page, job("=", p.staying_job())),
             (job("=", p.staying_job()), ticket), (page, job("=~", "|".join(p.moved_jobs(2))))]
    return [Inhibition(source, target, equal)
            for source, target in sides for equal in ("job", "hostname", "environment", "alertname")]


def write(folder, p, rules):
    """An Alertmanager configuration; gives for each inhibition, in order, whether it loses a pair."""
    rules = [rule for rule in rules if not rule.record]
    inhibitions = drawn(p)
    (folder / FILE).write_text(as_yaml({
        "route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}],
        "inhibit_rules": [inhibition.spelled() for inhibition in inhibitions]}))
    return [bool(inhibition.pairs(rules, p.today) - inhibition.pairs(rules, p.moved_world))
            for inhibition in inhibitions]
