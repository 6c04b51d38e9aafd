"""150 dashboards in every shape that Grafana and its surroundings keep them in."""
from .cases import Expected
from .log_templates import LOG, LOOK_ALIKES
from .metric_templates import METRIC, VARIABLE
from .panels import dashboard, panel, text_panel
from .resources import dashboard_v2
from .writing import as_json, as_yaml

DATASOURCES = """apiVersion: 1
datasources:
  - {name: Loki, uid: loki-lab, type: loki, access: proxy, url: "http://loki.lab:3100", isDefault: true}
  - {name: Prometheus, uid: prom-lab, type: prometheus, access: proxy, url: "http://prom.lab:9090"}
  - {name: Tempo, uid: tempo-lab, type: tempo, access: proxy, url: "http://tempo.lab:3200"}
  - {name: Elasticsearch, uid: es-lab, type: elasticsearch, access: proxy, url: "http://es.lab:9200"}
"""


class Draft:
    """A dashboard before it has a shape: panels as (title, cases), variables, annotations."""

    def __init__(self, p, number, extra):
        self.number, self.uid = number, f"board-{number:03}"
        self.title = f"Board {number:03}"
        self.p = p
        seen = set()

        def draw(groups, count):
            found = []
            while len(found) < count:
                case = p.rng.choice(p.rng.choice(groups))(p)
                names = {definition.name for definition in case.variables}
                if case.query.text() not in seen and not names & seen:
                    seen.update({case.query.text()}, names)
                    found.append(case)
            return found
        groups = [list(LOG.values()), list(METRIC.values())]
        self.panels = [(f"Panel {n}", draw(groups, 1 + (n % 3 == 0))) for n in range(4)]
        self.panels += [(f"Chosen {n}", draw([list(VARIABLE.values())], 1)) for n in range(2)]
        self.panels.append(("Elsewhere", draw([list(LOOK_ALIKES.values())], 1)))
        self.panels += [(f"Recorded {n}", [case]) for n, case in enumerate(extra)]
        self.annotations = draw([list(LOG.values())], 1)
        cases = [case for _, cases in self.panels for case in cases]
        self.variables = [definition for case in cases for definition in case.variables]

    def cases(self):
        return [case for _, cases in self.panels for case in cases] + self.annotations

    def classic_panels(self, style="uid"):
        found = [panel(n, title, cases, style, mixed=len(cases) > 1)
                 for n, (title, cases) in enumerate(self.panels, 1)]
        return found + [text_panel(len(found) + 1, self.p.moved_job())]

    def classic(self, style="uid", as_text=False):
        return dashboard(self.uid, self.title, self.classic_panels(style), self.variables,
                         self.annotations, style, as_text)


def classic(draft):
    return {".json": as_json(draft.classic(draft.p.rng.choice(("uid", "name", "variable")),
                                           draft.number % 2 == 0))}


def one_line(draft):
    return {".json": as_json(draft.classic(), indent=None, ascii_only=True)}


def ancient_rows(draft):
    board = draft.classic("name", as_text=True)
    panels = board.pop("panels")
    for found in panels:
        found.pop("gridPos")
        found["span"] = 6
    board["rows"] = [{"title": "First", "height": 250, "panels": panels[:3]},
                     {"title": "Second", "collapse": True, "panels": panels[3:]}]
    return {".json": as_json({**board, "schemaVersion": 14}, indent=1)}


def collapsed_rows(draft):
    board = draft.classic()
    panels = board["panels"]
    row = {"id": 100, "type": "row", "title": "Details", "collapsed": True, "panels": panels[2:],
           "gridPos": {"h": 1, "w": 24, "x": 0, "y": 8}}
    return {".json": as_json({**board, "panels": [*panels[:2], row]}, indent=4)}


def library_panels(draft):
    board = draft.classic()
    model = board["panels"][0]
    uid = f"lib-{draft.number}"
    board["panels"][0] = {"id": model["id"], "gridPos": model["gridPos"], "title": model["title"],
                          "libraryPanel": {"uid": uid, "name": f"Shared {draft.number}"}}
    library = {"uid": uid, "name": f"Shared {draft.number}", "kind": 1, "type": model["type"],
               "version": 3, "model": model}
    return {".json": as_json(board), "-library.json": as_json(library)}


def api_wrapper(draft):
    return {".json": as_json({"dashboard": {"id": draft.number, **draft.classic()},
                              "meta": {"slug": draft.uid, "canSave": True, "folderTitle": "Lab"}})}


def gallery_export(draft):
    inputs = [{"name": "DS_LOKI", "label": "Loki", "type": "datasource", "pluginId": "loki",
               "pluginName": "Loki"}]
    return {".json": as_json({"__inputs": inputs, "__elements": {}, "__requires": [],
                              **draft.classic("input")})}


def resource_v1(draft):
    spec = draft.classic()
    return {".json": as_json({"apiVersion": "dashboard.grafana.app/v1beta1", "kind": "Dashboard",
                              "metadata": {"name": spec.pop("uid")}, "spec": spec})}


def resource_v2(draft):
    resource = dashboard_v2(draft.uid, draft.title, draft.panels, draft.variables, draft.annotations)
    if draft.number % 3 == 0:
        return {".yaml": as_yaml(resource)}
    return {".json": as_json(resource)}


def config_map(draft):
    return {".yaml": as_yaml({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": draft.uid, "labels": {"grafana_dashboard": "1"}},
        "data": {f"{draft.uid}.json": as_json(draft.classic())}})}


def grafana_operator(draft):
    return {".yaml": as_yaml({
        "apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDashboard",
        "metadata": {"name": draft.uid},
        "spec": {"instanceSelector": {"matchLabels": {"dashboards": "grafana"}},
                 "json": as_json(draft.classic(), indent=draft.p.rng.choice((2, None)))}}, width=80)}


def helm_values(draft):
    return {"-values.yaml": as_yaml({
        "grafana": {"enabled": True, "dashboards": {
            "default": {draft.uid: {"json": as_json(draft.classic(as_text=True))}}}}})}


SHAPES = (classic, one_line, ancient_rows, collapsed_rows, library_panels, api_wrapper, gallery_export,
          resource_v1, resource_v2, config_map, grafana_operator, helm_values)


def write(folder, p, count, consumers):
    """Writes `count` dashboards; `consumers` are cases that read recorded series. Gives (Expected
    without verdicts, case) pairs."""
    folder.mkdir(parents=True)
    (folder / "datasources.yaml").write_text(DATASOURCES)
    pairs = []
    for number in range(count):
        shape = SHAPES[number % len(SHAPES)]
        draft = Draft(p, number, [consumers.pop()] if consumers else [])
        files = shape(draft)
        for ending, text in files.items():
            (folder / f"{draft.uid}{ending}").write_text(text)
        in_library = {id(case) for case in draft.panels[0][1]} if shape is library_panels else set()
        for case in draft.cases():
            ending = list(files)[1 if id(case) in in_library else 0]
            seen = case.datasource in ("loki", "prometheus")
            pairs.append((Expected(f"{draft.uid}{ending}", "dashboard: " + shape.__name__.replace("_", " "),
                                   case.template, case.query.text(), (), seen), case))
    return pairs
