"""Templates of log queries. Each takes a Pick and gives a Case."""
from .cases import Case, RawText
from .language import LabelFilter, LogQuery, Matcher, Parser, Pass


def job(op, value):
    return Matcher("job", op, value)


def equal(p):
    host, service = p.moved()
    return p.log(job("=", service.name), *p.context(host))


def alternation(p):
    return p.log(job("=~", "|".join(p.moved_jobs(p.rng.randrange(2, 4)))))


def alternation_mixed(p):
    return p.log(job("=~", "|".join([p.moved_job(), p.staying_job()])))


def on_both_sides(p):
    return p.log(job("=", p.rng.choice(p.mixed_names)))


def regex(p):
    name = p.moved_job()
    host = next(h for h, x in p.moving if x.name == name)
    written = p.rng.choice((f"{name[:3]}.*", f"(?i){name.upper()}", f"{name[0]}[a-z_-]+", f".*{name[2:]}",
                            f"({name})", f"^{name}$", f"{name}|{name}-[0-9]+"))
    return p.log(job("=~", written), p.on_host(host))


def any_job(p):
    """.+ needs the label, .* does not."""
    return p.log(job("=~", p.rng.choice((".+", ".*", "..*", "[a-z].*"))), p.on_host(p.busy_host()))


def negative(p):
    host, service = p.moved()
    return p.log(p.on_host(host), job(*p.rng.choice((("!=", service.name),
                                                     ("!~", f"{service.name}|systemd"),
                                                     ("!~", f"{service.name[:4]}.*")))))


def negative_elsewhere(p):
    """A name that this host does not know: nothing changes."""
    host = p.busy_host()
    return p.log(p.on_host(host), job("!=", p.rng.choice(("postgres", "kairos-older", "systemd.*"))))


def label_absent(p):
    name = p.rng.choice(("job", "service", "component", "container"))
    return p.log(p.on_host(p.busy_host()), Matcher(name, "=", ""))


def label_present(p):
    name = p.rng.choice(("job", "service", "component", "container"))
    op, value = p.rng.choice((("!=", ""), ("=~", ".+"), ("!~", "")))
    return p.log(p.on_host(p.busy_host()), Matcher(name, op, value))


def whole_host(p):
    host = p.rng.choice((p.busy_host(), p.quiet_host()))
    return p.log(p.rng.choice((p.on_host(host), Matcher("hostname", "=~", f"{host.name}.*"),
                               Matcher("hostname", "=~", f"({host.name}|nobody)[.]lab"))))


def other_host(p):
    """The job moves on its host; the query asks another one, where it never was."""
    _, service = p.moved()
    return p.log(job("=", service.name), p.on_host(p.quiet_host()))


def staying(p):
    return p.log(job("=", p.staying_job()))


def similar_name(p):
    """kairos moves; kairos-old and kairos in a line do not."""
    return p.rng.choice((p.log(job("=", "kairos-old")), p.log(job("=~", "kairos-.+")),
                         LogQuery((job("=", "systemd"),), (Pass('|= "kairos"'),)),
                         p.log(job("=", "unkairos"))))


def moved_already(p):
    host, service = p.rng.choice(p.docker)
    extra = [Matcher("component", "=", p.rng.choice(service.components))] * (p.rng.random() < 0.5)
    return p.log(Matcher("service", "=", service.name), *extra, *p.context(host))


def new_names(p):
    """Written ahead of the move: it finds lines that it does not find today."""
    host, service = p.moved()
    extra = [Matcher("component", "=", p.rng.choice(service.components))] * (p.rng.random() < 0.4)
    return p.log(Matcher("service", "=", service.name), *extra, *p.context(host))


def new_among_old(p):
    names = "|".join([p.moved_job(), p.rng.choice(p.docker)[1].name])
    return p.log(Matcher("service", "=~", names))


def service_name(p):
    """Loki derives service_name from job and from service alike."""
    host, service = p.moved()
    return p.log(Matcher("service_name", p.rng.choice(("=", "=~")), service.name), *p.context(host))


def journal(p):
    return p.log(job("=", "systemd"), *p.context(p.busy_host()))


def journal_service(p):
    return p.log(Matcher("service", "=", "pallas"), *p.context())


def log_file(p):
    return p.rng.choice((p.log(job("=", "apache")), p.log(Matcher("filename", "=~", "/var/log/.*")),
                         p.log(job("=", "apache"), Matcher("filename", "!=", ""))))


def unknown_job(p):
    return p.log(job("=", p.rng.choice(("postgres", "minio", "vault"))))


def stage_on_label(p):
    """| job="kairos" behind a selector that stays."""
    host, service = p.moved()
    op = p.rng.choice(("=", "!=", "=~", "!~"))
    stages = (*p.stages(), LabelFilter(job(op, service.name)))
    return p.log(p.on_host(host), stages=stages)


def stage_on_staying(p):
    host = p.busy_host()
    return p.log(p.on_host(host), stages=[LabelFilter(job("=", "systemd"))])


def parsed(p):
    """Labels of the line: they are the same before and after."""
    host, service = p.moved()
    stages = (Parser(p.rng.choice(("json", "logfmt"))), LabelFilter(Matcher("level", "=", "error")))
    matchers = p.rng.choice(([job("=", service.name)], [p.on_host(host)], [job("=", "systemd")]))
    return p.log(*matchers, stages=stages)


def level(p):
    host, service = p.moved_with_levels()
    return p.log(job("=", service.name), p.level(), *p.context(host), stages=())


def level_of_host(p):
    host, _ = p.moved_with_levels()
    return p.log(p.on_host(host), p.level(), stages=())


def level_of_moved_already(p):
    host, service = p.rng.choice([(h, x) for h, x in p.docker if h.levels])
    return p.log(Matcher("service", "=", service.name), p.on_host(host), p.level(), stages=())


def level_elsewhere(p):
    """No line of this host has the label."""
    return p.log(p.on_host(p.quiet_host()), Matcher("level", "=", "error"))


LOG = {name: (lambda build: lambda p: Case("log: " + build.__name__.replace("_", " "), build(p)))(build)
       for name, build in list(globals().items())
       if callable(build) and getattr(build, "__module__", "") == __name__ and name != "job"}


def other_datasource(p):
    return Case("look-alike: Elasticsearch", RawText(f"job:{p.moved_job()} AND level:error"),
                datasource="elasticsearch")


def trace_query(p):
    return Case("look-alike: Tempo", RawText(f'{{resource.service.name="{p.moved_job()}"}}'),
                datasource="tempo")


def node_metrics(p):
    """`job` of a scrape has nothing to do with the job of logs."""
    metric = p.rng.choice(("up", "node_load1", "process_resident_memory_bytes"))
    host = p.busy_host()
    matcher = p.rng.choice((f'job="{p.moved_job()}"', f'job="{host.name}"', f'job!="{p.moved_job()}"'))
    text = p.rng.choice(("{0}{{{1}}}", "sum by (job) ({0}{{{1}}})", "absent({0}{{{1}}})"))
    return Case("look-alike: node metrics", RawText(text.format(metric, matcher)),
                datasource="prometheus")


LOOK_ALIKES = {"other_datasource": other_datasource, "trace_query": trace_query,
               "node_metrics": node_metrics}
