"""The chart, as tests see it: its files, and what Helm makes of them."""
import importlib.machinery
import importlib.util
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "tributary"
EXAMPLES = ROOT / "charts" / "examples"
MANIFESTS = ROOT / "charts" / "manifests"


def _load_update():
    """charts/update as a module, though its name has no suffix."""
    loader = importlib.machinery.SourceFileLoader("update", str(ROOT / "charts" / "update"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("update", loader))
    loader.exec_module(module)
    return module


update = _load_update()


class Refused(Exception):
    """Helm's own words for why it does not render."""


def render(tmp_path, values=None, *options):
    """The objects of the chart with these values (YAML text), by kind; several of a kind by (kind, name) too."""
    program = update.helm()
    assert program, "no helm: leave these tests out by -m 'not helm'"
    file = tmp_path / "values.yaml"
    file.write_text(values or "{}")
    done = update.template(program, "release", "observability", "--values", file, *options)
    if done.returncode != 0:
        raise Refused(done.stderr)
    objects = [one for one in yaml.safe_load_all(done.stdout) if one]
    found = {one["kind"]: one for one in objects}
    found.update({(one["kind"], one["metadata"]["name"]): one for one in objects})
    return found


def pod(objects, kind="DaemonSet"):
    return objects[kind]["spec"]["template"]["spec"]


def container(objects, kind="DaemonSet", index=0):
    return pod(objects, kind)["containers"][index]


def environment(objects, kind="DaemonSet"):
    return {one["name"]: one for one in container(objects, kind)["env"]}
