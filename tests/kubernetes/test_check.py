"""cfgc kubernetes check on what Helm renders, which has nothing to object to, and on what people do to it."""
import subprocess

import pytest
from charts import EXAMPLES, MANIFESTS, update
from programs import BIN


def check(text):
    return subprocess.run([BIN / "cfgc", "kubernetes", "check", "-"], input=text, capture_output=True, text=True,
                          check=False)


@pytest.mark.parametrize("name", sorted(update.MANIFESTS))
def test_nothing_is_found_in_the_plain_manifests(name):
    done = check((MANIFESTS / name).read_text())
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.helm
@pytest.mark.parametrize("values, code", [
    ("tributary.storage.type=emptyDir", "F111"),
    ("controller.tolerations[0].key=a", "F112"),
    ("rbac.namespaces[0]=web", "F113"),
    ("tributary.mounts.varlog=false", "F114"),
])
def test_what_the_values_break_is_found(values, code):
    done = update.template(update.helm(), "release", "logs", "--set", values)
    found = check(done.stdout)
    assert found.returncode == 1 and f"[{code}]" in found.stdout and found.stdout.count("Warning[") == 1, found.stdout


@pytest.mark.helm
def test_nothing_is_found_in_values_written_for_alloy():
    done = update.template(update.helm(), "release", "logs", "--values", EXAMPLES / "helm-values.yaml")
    assert check(done.stdout).stdout.count("Error[") == 0
