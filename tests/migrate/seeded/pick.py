"""Draws hosts, services and labels of the seeded fleet for templates."""
import re

from .fleet import HOSTS, entries
from .language import Aggregation, LineFilter, LogQuery, Matcher, Pass, Range

# Written so that every service's lines have matches (fleet.LINES).
FILTERS = (LineFilter("|=", "timeout"), LineFilter("|~", "level.*error"), LineFilter("!=", "ready"),
           LineFilter("!~", "reset|refused"), LineFilter("|=", "status"))
HARMLESS = (Pass("| decolorize"), Pass('| line_format "{{.msg}}"'))


class Pick:
    """One seeded source of choices."""

    def __init__(self, rng):
        self.rng = rng
        self.today, self.moved_world = entries(False), entries(True)
        pairs = [(host, service) for host in HOSTS for service in host.services]
        self.moving = [(h, x) for h, x in pairs if h.moves(x)]
        self.syslog_names = {x.name for h, x in pairs if x.mechanism == "syslog"}
        staying = {x.name for h, x in pairs if x.mechanism == "syslog" and not h.moves(x)}
        self.moved_names = sorted(self.syslog_names - staying)
        self.mixed_names = sorted({x.name for _, x in self.moving} & staying)
        self.staying_names = sorted(staying - {x.name for _, x in self.moving})
        self.docker = [(h, x) for h, x in pairs if x.mechanism == "transitional"]

    def moved(self):
        return self.rng.choice([(h, x) for h, x in self.moving if x.name in self.moved_names])

    def moved_with_levels(self):
        return self.rng.choice([(h, x) for h, x in self.moving if h.levels])

    def level(self):
        """A matcher on a label that is made of the lines."""
        return Matcher("level", *self.rng.choice((("=", "error"), ("=~", "error|warn"), ("!=", "info"),
                                                  ("=~", ".+"), ("=~", "inf.*"))))

    def moved_job(self):
        return self.rng.choice(self.moved_names)

    def moved_jobs(self, count):
        return tuple(self.rng.sample(self.moved_names, count))

    def staying_job(self):
        return self.rng.choice(self.staying_names)

    def busy_host(self):
        """A host on which something moves."""
        return self.rng.choice(sorted({h for h, _ in self.moving}, key=lambda h: h.name))

    def quiet_host(self):
        return self.rng.choice([h for h in HOSTS if not any(h.moves(x) for x in h.services)])

    def on_host(self, host):
        return Matcher("hostname", "=", host.hostname)

    def context(self, host=None):
        """Matchers beside the one that matters: none, the environment, the host."""
        found = []
        if host and self.rng.random() < 0.5:
            found.append(self.on_host(host))
        if host and self.rng.random() < 0.3:
            found.append(Matcher("environment", "=~", f"{host.environment}|nowhere"))
        return found

    def stages(self):
        """Stages that keep some lines of every service."""
        found = []
        if self.rng.random() < 0.6:
            found.append(self.rng.choice(FILTERS))
        if self.rng.random() < 0.15:
            found.append(self.rng.choice(HARMLESS))
        return tuple(found)

    def log(self, *matchers, stages=None):
        matchers = list(matchers)
        self.rng.shuffle(matchers)
        return LogQuery(tuple(matchers), self.stages() if stages is None else tuple(stages))

    def window(self):
        return self.rng.choice(("1m", "5m", "15m", "1h", "$__interval", "$__auto", "${__range}",
                                "[[__interval]]", "$__rate_interval"))

    def rate(self, query, window=None):
        function = self.rng.choice(("rate", "count_over_time", "bytes_rate", "bytes_over_time"))
        return Range(function, query, window or self.window())

    def total(self, query, mode="", names=(), window=None):
        function = self.rng.choice(("sum", "max", "avg", "count", "min"))
        return Aggregation(function, self.rate(query, window), mode, tuple(names))

    def suffix(self):
        return str(self.rng.randrange(100, 1000))


def alternatives(values):
    return "|".join(re.escape(value) for value in values)
