"""Dashboards as Grafana 12 and later store them: the V2 resource."""
from .panels import datasource


def query_v2(case):
    found = {"kind": "DataQuery", "group": case.datasource, "version": "v0",
             "datasource": {"name": datasource(case.datasource, "uid")["uid"]}}
    if case.datasource in ("elasticsearch", "tempo"):
        return {**found, "spec": {"query": case.query.text()}}
    spec = {"expr": case.query.text(), "queryType": "range"}
    return {**found, "spec": {**spec, "legendFormat": case.legend} if case.legend else spec}


def panel_v2(number, title, cases):
    queries = [{"kind": "PanelQuery", "spec": {"refId": chr(ord("A") + n), "hidden": False,
                                               "query": query_v2(case)}}
               for n, case in enumerate(cases)]
    return {"kind": "Panel", "spec": {
        "id": number, "title": title, "description": "", "links": [],
        "data": {"kind": "QueryGroup",
                 "spec": {"queries": queries, "transformations": [], "queryOptions": {}}},
        "vizConfig": {"kind": "VizConfig", "group": "logs", "version": "12.2.0",
                      "spec": {"options": {}, "fieldConfig": {"defaults": {}, "overrides": []}}}}}


def variable_v2(definition):
    spec = {"name": definition.name, "hide": "dontHide", "skipUrlSync": False}
    everything = {"text": ["All"], "value": ["$__all"]}
    if definition.type == "textbox":
        value = definition.values[0]
        return {"kind": "TextVariable",
                "spec": {**spec, "query": value, "current": {"text": value, "value": value}}}
    if definition.type == "custom":
        first = {"text": definition.values[0], "value": definition.values[0]}
        if definition.all_value:
            spec["allValue"] = definition.all_value
        return {"kind": "CustomVariable", "spec": {
            **spec, "query": ",".join(definition.values), "multi": definition.multi,
            "includeAll": definition.multi, "current": everything if definition.multi else first,
            "options": [{"text": value, "value": value, "selected": False}
                        for value in definition.values]}}
    return {"kind": "QueryVariable", "spec": {
        **spec, "multi": definition.multi, "includeAll": definition.multi, "current": everything,
        "options": [], "refresh": "onTimeRangeChanged", "regex": "", "sort": "alphabeticalAsc",
        "query": {"kind": "DataQuery", "group": "loki", "version": "v0",
                  "datasource": {"name": "loki-lab"},
                  "spec": {"type": 1, "label": definition.label, "stream": definition.selector,
                           "refId": "Asked"}}}}


def dashboard_v2(uid, title, panels, variables, annotations):
    """`panels`: lists of cases with their titles; even panels lie in a row, odd ones in a grid."""
    elements = {f"panel-{n}": panel_v2(n, name, cases) for n, (name, cases) in enumerate(panels, 1)}
    items = [{"kind": "GridLayoutItem", "spec": {
        "x": 0, "y": 8 * n, "width": 24, "height": 8,
        "element": {"kind": "ElementReference", "name": name}}} for n, name in enumerate(elements)]
    marks = [{"kind": "AnnotationQuery", "spec": {"name": "Marks", "enable": True, "hide": False,
                                                  "iconColor": "orange", "query": query_v2(case)}}
             for case in annotations]
    return {"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard",
            "metadata": {"name": uid},
            "spec": {"title": title, "tags": ["lab"], "cursorSync": "Off", "editable": True,
                     "annotations": marks, "elements": elements, "links": [], "preload": False,
                     "layout": {"kind": "GridLayout", "spec": {"items": items}},
                     "timeSettings": {"from": "now-6h", "to": "now", "timezone": "browser"},
                     "variables": [variable_v2(definition) for definition in variables]}}
