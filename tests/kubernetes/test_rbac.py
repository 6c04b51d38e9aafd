"""The roles that cfgc prints: those of the chart, and what a real API server grants by them."""
import subprocess
import uuid

import pytest
import yaml
from charts import CHART
from programs import BIN

CONFIG = CHART / "files" / "pod-logs.river"


def printed(*options, config=CONFIG):
    return subprocess.run([BIN / "cfgc", "kubernetes", "rbac", config, *options], check=True, capture_output=True,
                          text=True).stdout


def test_the_chart_s_rules_are_those_of_its_default_configuration():
    values = yaml.safe_load(printed("--output", "values"))
    assert values["rbac"] == {
        "namespaces": [], "rules": yaml.safe_load((CHART / "files" / "pod-logs.rules.yaml").read_text())}


@pytest.mark.cluster
@pytest.mark.parametrize("place, names", [(None, ""), ("default", 'namespaces { names = ["default"] }')])
def test_what_is_printed_grants_what_is_needed_and_nothing_else(kubectl, tmp_path, place, names):
    config = tmp_path / "config.river"
    config.write_text(CONFIG.read_text().replace('role = "pod"\n\n', f'role = "pod"\n{names}\n', 1))
    account = f"tributary-test-{uuid.uuid4().hex[:8]}"
    roles = printed("--name", account, "--namespace", "default", config=config)

    def may(verb, resource, *where):
        done = subprocess.run([*kubectl, "auth", "can-i", verb, resource, *where,
                               f"--as=system:serviceaccount:default:{account}"],
                              capture_output=True, text=True, check=False)
        return done.stdout.strip() == "yes"

    subprocess.run([*kubectl, "apply", "-f", "-"], input=roles, text=True, check=True, capture_output=True)
    try:
        everywhere = ["--all-namespaces"]
        for verb in ("list", "watch"):
            assert may(verb, "pods", "--namespace", "default")
            assert may(verb, "pods", *everywhere) == (place is None)
        for verb, resource in (("get", "secrets"), ("list", "secrets"), ("list", "nodes"), ("delete", "pods"),
                               ("get", "pods")):
            assert not may(verb, resource, "--namespace", "default"), (verb, resource)
    finally:
        subprocess.run([*kubectl, "delete", "-f", "-"], input=roles, text=True, check=True, capture_output=True)
