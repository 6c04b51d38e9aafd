"""What can be seen of the chart without Helm."""
import json
import re
import subprocess

import jsonschema
import pytest
import yaml
from charts import CHART, EXAMPLES, MANIFESTS, ROOT, update
from programs import BIN


def leaves(value, name=""):
    """Dotted names of all values that are no map with keys of their own."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else key)
    else:
        yield name


def test_every_value_is_described():
    text = (CHART / "values.yaml").read_text()
    described = {name for name, _, _ in update.leaves(text)}
    for name in leaves(yaml.safe_load(text)):
        above = {name.rsplit(".", count)[0] for count in range(name.count(".") + 1)}
        assert above & described, f"values.yaml does not say what {name} is"


def test_the_readme_lists_the_values_as_they_are():
    assert update.table() in (CHART / "README.md").read_text(), "run charts/update"


def test_every_value_is_read_by_a_template():
    text = "".join(path.read_text() for path in (CHART / "templates").iterdir())
    ignored = {"tributary.clustering.enabled"}
    for name, _, _ in update.leaves((CHART / "values.yaml").read_text()):
        assert name in ignored or re.search(rf"\b{name.split('.')[-1]}\b", text), f"no template reads {name}"


def test_the_schema_knows_the_defaults():
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((CHART / "values.yaml").read_text()), schema)
    for wrong in ({"controller": {"type": "cronjob"}}, {"alloy": {"listenPort": "12345"}},
                  {"tributary": {"storage": {"hostPath": "var/lib"}}}, {"rbac": {"namespaces": "default"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
    jsonschema.validate({"anything": {"else": 1}, "alloy": {"enableReporting": False}}, schema)


def test_the_chart_has_the_version_of_the_programs():
    version = re.search(r"project\(tributary VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"] == version


@pytest.mark.parametrize("path", sorted([*MANIFESTS.glob("*.yaml"), *EXAMPLES.glob("*application.yaml")]),
                         ids=lambda path: path.name)
def test_manifests_are_objects_of_kubernetes(path):
    objects = [one for one in yaml.safe_load_all(path.read_text()) if one]
    assert objects
    for one in objects:
        assert {"apiVersion", "kind", "metadata"} <= one.keys() and one["metadata"]["name"]


def test_there_are_the_manifests_that_are_made():
    assert {path.name for path in MANIFESTS.iterdir()} == set(update.MANIFESTS)


@pytest.mark.parametrize("manifest", sorted(update.MANIFESTS))
def test_configurations_in_the_manifests_are_valid(tmp_path, manifest):
    texts = [one["data"]["config.river"] for one in yaml.safe_load_all((MANIFESTS / manifest).read_text())
             if one["kind"] == "ConfigMap"]
    (tmp_path / "config.river").write_text(texts[0])
    done = subprocess.run([BIN / "cfgc", "validate", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
