"""Panels, variables and annotations in Grafana's classic shape."""


def datasource(kind, style):
    """A reference to a data source, in the ways that Grafana has written it over the years."""
    uid = {"loki": "loki-lab", "prometheus": "prom-lab", "tempo": "tempo-lab",
           "elasticsearch": "es-lab"}[kind]
    if style == "name":
        return {"loki": "Loki", "prometheus": "Prometheus", "tempo": "Tempo",
                "elasticsearch": "Elasticsearch"}[kind]
    if style == "variable" and kind == "loki":
        return {"type": "loki", "uid": "${datasource}"}
    if style == "input" and kind == "loki":
        return {"type": "loki", "uid": "${DS_LOKI}"}
    return {"type": kind, "uid": uid}


def target(case, ref_id, style, own_datasource):
    found = {"refId": ref_id}
    if own_datasource:
        found["datasource"] = datasource(case.datasource, style)
    if case.datasource == "elasticsearch":
        return {**found, "query": case.query.text(), "metrics": [{"id": "1", "type": "count"}]}
    if case.datasource == "tempo":
        return {**found, "query": case.query.text(), "queryType": "traceql"}
    found |= {"expr": case.query.text(), "queryType": "range", "editorMode": "code"}
    if case.legend:
        found["legendFormat"] = case.legend
    return found


def panel(number, title, cases, style="uid", mixed=False):
    """A panel whose targets ask one data source, or several when `mixed`."""
    kind = "timeseries" if cases[0].legend else "logs"
    shared = "-- Mixed --" if mixed else None
    if shared and style != "name":
        shared = {"type": "datasource", "uid": "-- Mixed --"}
    return {
        "id": number, "title": title, "type": kind,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "datasource": shared or datasource(cases[0].datasource, style),
        "targets": [target(case, chr(ord("A") + n), style, mixed or number % 3 == 0)
                    for n, case in enumerate(cases)],
        "fieldConfig": {"defaults": {}, "overrides": []}, "options": {"showTime": True},
    }


def variable(definition, style="uid", as_text=False):
    """`as_text`: a query variable asks by label_values(...), as Grafana 8 wrote it."""
    found = {"name": definition.name, "label": definition.name, "type": definition.type, "hide": 0}
    chosen = {"text": "All", "value": "$__all"}
    if definition.type == "custom":
        options = [{"text": value, "value": value, "selected": not definition.multi and n == 0}
                   for n, value in enumerate(definition.values)]
        if definition.multi:
            options.insert(0, {**chosen, "selected": True})
        return {**found, "query": ",".join(definition.values), "options": options,
                "multi": definition.multi, "includeAll": definition.multi,
                "allValue": definition.all_value or None,
                "current": {"text": ["All"], "value": ["$__all"]} if definition.multi else
                {"text": definition.values[0], "value": definition.values[0]}}
    if definition.type == "textbox":
        value = {"text": definition.values[0], "value": definition.values[0]}
        return {**found, "query": definition.values[0], "current": value,
                "options": [{**value, "selected": True}]}
    asked = f"label_values({definition.selector}, {definition.label})"
    query = asked if as_text else {"type": 1, "label": definition.label, "refId": "Asked",
                                   "stream": definition.selector}
    return {**found, "query": query, "definition": asked, "datasource": datasource("loki", style),
            "refresh": 2, "regex": "", "sort": 1, "multi": definition.multi,
            "includeAll": definition.multi, "allValue": None, "options": [],
            "current": {"text": ["All"], "value": ["$__all"]}}


def annotation(case, style):
    return {"name": "Marks", "enable": True, "iconColor": "orange",
            "datasource": datasource("loki", style), "expr": case.query.text(),
            "titleFormat": "{{job}}", "textFormat": ""}


def text_panel(number, job):
    """Prose that names a selector: shown to people, asked by nobody."""
    return {"id": number, "title": "About", "type": "text", "gridPos": {"h": 3, "w": 24, "x": 0, "y": 0},
            "options": {"mode": "markdown", "content": f"Lines of {{job=\"{job}\"}} come from Docker."}}


def dashboard(uid, title, panels, variables=(), annotations=(), style="uid", as_text=False):
    listed = [variable(definition, style, as_text) for definition in variables]
    if style == "variable":
        listed.insert(0, {"name": "datasource", "type": "datasource", "query": "loki", "hide": 0,
                          "current": {"text": "Loki", "value": "loki-lab"}, "options": []})
    return {"uid": uid, "title": title, "tags": ["lab"], "timezone": "browser", "schemaVersion": 39,
            "version": 1, "time": {"from": "now-6h", "to": "now"}, "templating": {"list": listed},
            "annotations": {"list": [annotation(case, style) for case in annotations]},
            "panels": panels}
