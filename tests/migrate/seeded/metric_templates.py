"""Templates of metric queries, of alerts and of queries with variables."""
from .cases import Case, VariableDef
from .language import (Aggregation, Compared, Divided, Drop, LabelReplace, LogQuery, Matcher, OrZero,
                       Parser, Pass, Range, Rename, Variable)
from .log_templates import job
from .pick import alternatives


def moved_query(p):
    host, service = p.moved()
    return p.log(job("=", service.name), *p.context(host))


def total(p):
    return p.total(moved_query(p))


def bare_rate(p):
    return p.rate(moved_query(p))


def every_host(p):
    """One label on several hosts, of which some move."""
    return p.total(p.log(job("=", p.rng.choice(sorted(p.syslog_names)))), "by", ("hostname",))


def by_job(p):
    return p.total(moved_query(p), "by", ("job",))


def by_job_of_host(p):
    return p.total(p.log(p.on_host(p.busy_host())), "by", ("job",))


def by_host(p):
    return p.total(p.log(p.on_host(p.busy_host())), "by", ("hostname",))


def without_job(p):
    return p.total(p.log(p.on_host(p.busy_host())), "without", ("job", "service", "component",
                                                                "container"))


def negative_total(p):
    host, service = p.moved()
    return p.total(p.log(p.on_host(host), job("!=", service.name)), "by", ("hostname",))


def staying_total(p):
    return p.total(p.log(job("=", p.staying_job())), "by", ("job",))


def top(p):
    return Aggregation("topk", p.total(moved_query(p), "by", ("job",)), parameter="5")


def or_zero(p):
    return OrZero(p.total(moved_query(p)))


def share(p, window=None):
    """A moved service against its host."""
    host, service = p.moved()
    return Divided(p.total(p.log(job("=", service.name), p.on_host(host)), window=window),
                   p.total(p.log(p.on_host(host)), window=window))


def share_by_job(p):
    host = p.busy_host()
    errors = LogQuery((p.on_host(host), job("=~", ".+")), (Pass('|= "error"'),))
    return Divided(p.total(errors, "by", ("job",)),
                   p.total(LogQuery((p.on_host(host), job("=~", ".+"))), "by", ("job",)), "on", ("job",))


def share_moved_by_staying(p):
    """The two sides find each other by a label that the moved side loses."""
    left = p.total(p.log(p.on_host(p.busy_host()), job("!=", "systemd")), "by", ("job",))
    right = p.total(p.log(job("=~", ".+")), "by", ("job",))
    return Divided(left, right, "on", ("job",))


def share_of_many(p):
    """Rows by job over a sum of the host: the moved ones become one row without a job."""
    host = p.busy_host()
    return Divided(p.total(p.log(p.on_host(host)), "by", ("job", "hostname")),
                   p.total(p.log(p.on_host(host)), "by", ("hostname",)),
                   *p.rng.choice((("on", ("hostname",)), ("ignoring", ("job",)))), many=True)


def replaced(p):
    return LabelReplace(p.total(p.log(p.on_host(p.busy_host())), "by", ("job",)), "name", "job")


def renamed(p):
    query = p.log(p.on_host(p.busy_host()), stages=[Rename("name", "job")])
    return p.total(query, "by", ("name",))


def dropped(p):
    stage = p.rng.choice((Drop(False, ("job", "service")), Drop(True, ("hostname",))))
    return p.rate(p.log(p.on_host(p.busy_host()), stages=[stage]))


def dropped_of_moved(p):
    return p.total(p.log(job("=", p.moved_job()), stages=[Drop(False, ("job",))]))


def unwrapped(p):
    query = LogQuery((job("=", p.moved_job()),), (Parser("json"), Pass("| unwrap duration_ms")))
    return Range("quantile_over_time", query, p.window(), parameter="0.95",
                 grouping=p.rng.choice((" by (level)", "", " by (hostname)")))


def level_query(p):
    host, service = p.moved_with_levels()
    return p.log(job("=", service.name), p.level(), *p.context(host), stages=())


def level(p):
    return p.total(level_query(p), "by", p.rng.choice((("level",), ("job", "level"), ("hostname",))))


def level_of_host(p):
    host, _ = p.moved_with_levels()
    return p.total(p.log(p.on_host(host), stages=()), "by", p.rng.choice((("level",), ("job", "level"))))


METRIC = {name: (lambda build: lambda p: Case("metric: " + build.__name__.replace("_", " "), build(p),
                                              legend="{{job}}"))(build)
          for name, build in list(globals().items())
          if callable(build) and getattr(build, "__module__", "") == __name__ and name not in ("moved_query", "level_query")}


def threshold(p):
    return f"{p.rng.choice(('>', '>=', '>', '!='))} {p.rng.choice(('0', '5', '0.5', '100'))}"


def alert_total(p):
    return Compared(p.total(moved_query(p), window="5m"), threshold(p))


def alert_by_job(p):
    return Compared(p.total(moved_query(p), "by", ("job", "hostname"), window="10m"), threshold(p))


def alert_negative(p):
    host, service = p.moved()
    query = p.log(p.on_host(host), job("!=", service.name))
    return Compared(p.total(query, "by", ("job",), window="5m"), threshold(p))


def alert_absent(p):
    return Range("absent_over_time", moved_query(p), "15m")


def alert_absent_staying(p):
    return Range("absent_over_time", p.log(job("=", p.staying_job())), "15m")


def alert_staying(p):
    return Compared(p.total(p.log(job("=", p.staying_job())), "by", ("job",), window="5m"), threshold(p))


def alert_host(p):
    return Compared(p.total(p.log(p.on_host(p.busy_host())), "by", ("hostname",), window="5m"),
                    threshold(p))


def alert_docker(p):
    host, service = p.rng.choice(p.docker)
    query = p.log(Matcher("service", "=", service.name), *p.context(host))
    return Compared(p.total(query, "by", ("service",), window="5m"), threshold(p))


def alert_alternation(p):
    query = p.log(job("=~", "|".join(p.moved_jobs(2) + (p.staying_job(),))))
    return Compared(p.total(query, "by", ("job",), window="5m"), threshold(p))


def alert_label_absent(p):
    query = p.log(p.on_host(p.busy_host()), job("=", ""))
    return Compared(p.total(query, window="5m"), threshold(p))


def alert_level(p):
    return Compared(p.total(level_query(p), "by", ("level",), window="5m"), threshold(p))


def alert_share(p):
    return Compared(share(p, "10m"), "> 0.5")


ALERT = {name: (lambda build: lambda p: Case("alert: " + build.__name__[6:].replace("_", " "), build(p)))(build)
         for name, build in list(globals().items()) if name.startswith("alert_")}


def reference(p, name):
    return p.rng.choice((f"${name}", f"${{{name}}}", f"${{{name}:regex}}", f"[[{name}]]",
                         f"${{{name}:pipe}}"))


def custom(p, names, multi):
    """A custom variable; multi has All chosen, which Grafana writes as an alternation."""
    name = "svc" + p.suffix()
    definition = VariableDef(name, "custom", tuple(names), multi)
    written = reference(p, name) if multi else f"${name}"
    return definition, Variable(written, lambda world: alternatives(names) if multi else names[0])


def custom_multi(p):
    definition, value = custom(p, p.moved_jobs(3), True)
    return Case("variable: custom, all moved", p.log(job("=~", value)), (definition,))


def custom_single(p):
    definition, value = custom(p, p.moved_jobs(1), False)
    return Case("variable: custom, single", p.log(job("=", value)), (definition,))


def custom_staying(p):
    definition, value = custom(p, p.staying_names, True)
    return Case("variable: custom, none moved", p.log(job("=~", value)), (definition,))


def custom_mixed(p):
    """All narrows; the moved value alone is empty: both are right."""
    definition, value = custom(p, (p.moved_job(), p.staying_job()), True)
    return Case("variable: custom, some moved", p.log(job("=~", value)), (definition,),
                accepts=("NARROWS", "EMPTY"))


def custom_negative(p):
    """All but the chosen ones."""
    host = p.busy_host()
    names = [service.name for other, service in p.moving if other == host]
    definition, value = custom(p, names, True)
    return Case("variable: custom, negative", p.log(p.on_host(host), job("!~", value)), (definition,))


def custom_all(p):
    """All has a value of its own; a single choice is empty."""
    names = p.moved_jobs(2)
    name = "svc" + p.suffix()
    definition = VariableDef(name, "custom", names, True, all_value=".+")
    value = Variable(reference(p, name), lambda world: ".+")
    return Case("variable: custom, allValue", p.log(p.on_host(p.busy_host()), job("=~", value)),
                (definition,), accepts=("NARROWS", "EMPTY"))


def custom_host(p):
    host, service = p.moved()
    definition, value = custom(p, sorted({h.hostname for h, _ in p.moving}), True)
    return Case("variable: hosts", p.log(job("=", service.name), Matcher("hostname", "=~", value)),
                (definition,))


def custom_host_alone(p):
    definition, value = custom(p, sorted({h.hostname for h, _ in p.moving}), True)
    return Case("variable: hosts alone", p.log(Matcher("hostname", "=~", value)), (definition,))


def query_variable(p, label, matchers, template, accepts=()):
    name = label + p.suffix()
    query = LogQuery(tuple(matchers), ())

    def values(world):
        return alternatives(sorted({row.stream[label] for row in query.rows(world)
                                    if row.stream.get(label)}))
    definition = VariableDef(name, "query", (), True, label=label, selector=query.selector())
    value = Variable(reference(p, name), values)
    return Case(template, p.log(Matcher(label, "=~", value), *matchers), (definition,),
                accepts=accepts)


def query_of_jobs(p):
    return query_variable(p, "job", [p.on_host(p.busy_host())], "variable: jobs of a host",
                          ("NARROWS", "EMPTY"))


def query_of_services(p):
    """More services will be listed than today; the chosen ones stay."""
    host = p.rng.choice(p.docker)[0]
    return query_variable(p, "service", [p.on_host(host)], "variable: services of a host",
                          ("WIDENS", "SAME", "VALUE-CHANGED"))


def query_of_hosts(p):
    return query_variable(p, "hostname", [Matcher("environment", "=", "lab")], "variable: hosts, asked")


def query_of_nothing(p):
    """Asks for a label that no config makes: there is no value to judge with."""
    name = "namespace" + p.suffix()
    selector = LogQuery((p.on_host(p.busy_host()),), ())
    definition = VariableDef(name, "query", (), True, label="namespace", selector=selector.selector())
    value = Variable(reference(p, name), lambda world: "nothing")
    return Case("variable: no value", p.log(job("=", p.moved_job()), Matcher("namespace", "=~", value)),
                (definition,), accepts=("UNKNOWN",))


def textbox(p):
    name = "text" + p.suffix()
    value = p.moved_job()
    return Case("variable: textbox", p.log(job("=", Variable(f"${name}", lambda world: value))),
                (VariableDef(name, "textbox", (value,)),), accepts=("UNKNOWN", "EMPTY", "NARROWS"))


VARIABLE = {build.__name__: build for build in (
    custom_multi, custom_single, custom_staying, custom_mixed, custom_negative, custom_all,
    custom_host, custom_host_alone,
    query_of_jobs, query_of_services, query_of_hosts, query_of_nothing, textbox)}
