"""charts/examples/tiers: one pipeline for systemd, Compose and Kubernetes, where only the source differs."""
import re
import subprocess

import pytest
from charts import EXAMPLES, update
from programs import BIN

TIERS = {"lxc-edge-1": "lxc", "compose-1": "compose", "prod-eu1": "prod-eu1"}
SOURCES = {"lxc-edge-1": "loki.source.journal", "compose-1": "loki.source.docker", "prod-eu1": "loki.source.file"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The folder that the three configurations are in."""
    out = tmp_path_factory.mktemp("compiled")
    done = subprocess.run([BIN / "cfgc", "compile", "--strict", "-i", EXAMPLES / "tiers" / "inventory", "--out", out],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return out


def test_only_the_source_differs(compiled):
    pipelines = set()
    for host, cluster in TIERS.items():
        text = (compiled / host / "config.river").read_text()
        assert SOURCES[host] in text
        assert not any(other in text for other in set(SOURCES.values()) - {SOURCES[host]})
        pipeline = re.sub(r"//.*\n", "", text[text.index('loki.process "pipeline"'):])
        assert f'cluster = "{cluster}"' in pipeline
        pipelines.add(pipeline.replace(f'"{cluster}"', '"CLUSTER"'))
    assert len(pipelines) == 1, pipelines


@pytest.mark.helm
def test_the_cluster_s_config_goes_into_the_chart_as_it_is(compiled):
    config = compiled / "prod-eu1" / "config.river"
    done = update.template(update.helm(), "release", "logs", "--set-file", f"tributary.configMap.content={config}")
    assert done.returncode == 0, done.stderr
    found = subprocess.run([BIN / "cfgc", "kubernetes", "check", "-"], input=done.stdout, capture_output=True,
                           text=True, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stderr
