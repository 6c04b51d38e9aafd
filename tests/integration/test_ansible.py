"""The roles as Ansible's users find them: a collection, its specifications, compiling on the controller."""
import json
import os
import subprocess

import pytest

from programs import BIN, ROOT

FLEET = {
    "one/hosts.yml": "all:\n  hosts:\n    h1: {ansible_connection: local}\n",
    "two.ini": "[web]\nh2 ansible_connection=local\n",
    "group_vars/all.yml": "deployment_environment: lab\n",
    "templates/default.river": 'fleet.journal "systemd" { }\n\nfleet.backends "default" { }\n',
}
COMPILE = """
- name: Compile
  hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Compile on the controller
      ansible.builtin.import_role: {{name: {role}, tasks_from: {entry}}}
"""


def run(*command, cwd, **variables):
    env = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "HOME": str(cwd), **variables}
    return subprocess.run([str(part) for part in command], cwd=cwd, env=env, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def collections(tmp_path_factory):
    """A folder with the collection built and installed."""
    folder = tmp_path_factory.mktemp("collections")
    built = run("ansible-galaxy", "collection", "build", ROOT / "ansible", "--output-path", folder, cwd=folder)
    assert built.returncode == 0, built.stdout
    archive, = folder.glob("tributary-fleet-*.tar.gz")
    installed = run("ansible-galaxy", "collection", "install", archive, "-p", folder, cwd=folder)
    assert installed.returncode == 0, installed.stdout
    return folder


@pytest.fixture
def fleet(tmp_path):
    for name, text in FLEET.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def play(fleet, role, *arguments, entry="compile", **variables):
    (fleet / "play.yml").write_text(COMPILE.format(role=role, entry=entry))
    return run("ansible-playbook", "play.yml", "-i", "one", "-i", "two.ini",
               "-e", json.dumps({"tributary_cfgc": str(BIN / "cfgc")}), *arguments, cwd=fleet, **variables)


def config(fleet, host):
    return (fleet / "compiled" / host / "config.river").read_text()


def test_the_collection_compiles_from_all_inventories_of_the_play(collections, fleet):
    done = play(fleet, "tributary.fleet.tributary", ANSIBLE_COLLECTIONS_PATH=str(collections))
    assert done.returncode == 0, done.stdout
    assert 'environment = "lab"' in config(fleet, "h1") and 'environment = "lab"' in config(fleet, "h2")
    assert "changed=1" in done.stdout, done.stdout
    again = play(fleet, "tributary.fleet.tributary", ANSIBLE_COLLECTIONS_PATH=str(collections))
    assert again.returncode == 0 and "changed=1" not in again.stdout, again.stdout


def test_the_roles_of_the_checkout_compile_what_extra_variables_say(fleet):
    done = play(fleet, "tributary", "--limit", "h1", "-e", "deployment_environment=extra",
                "-e", '{"telemetry": {"hostname": "given"}}', ANSIBLE_ROLES_PATH=str(ROOT / "ansible" / "roles"))
    assert done.returncode == 0, done.stdout
    assert 'environment = "extra"' in config(fleet, "h1") and '"given"' in config(fleet, "h1")
    assert not (fleet / "compiled" / "h2").exists()


def test_an_argument_of_a_wrong_type_is_refused_by_name(fleet):
    done = play(fleet, "tributary", "-e", "tributary_extra_vars=text",
                ANSIBLE_ROLES_PATH=str(ROOT / "ansible" / "roles"))
    assert done.returncode != 0 and "tributary_extra_vars" in done.stdout, done.stdout


def test_uninstall_wants_a_limit_or_a_word(fleet):
    roles = {"ANSIBLE_ROLES_PATH": str(ROOT / "ansible" / "roles")}
    refused = run("ansible-playbook", ROOT / "uninstall.yml", "-i", "one", "-i", "two.ini", cwd=fleet, **roles)
    assert refused.returncode != 0 and "tributary_uninstall_all=true" in refused.stdout, refused.stdout
    assert "from 2 hosts" in " ".join(refused.stdout.split()), refused.stdout


@pytest.mark.parametrize("role", ["tributary", "tributary_listener", "example_compose_service"])
def test_every_entry_point_is_specified(role):
    tasks = {path.stem for path in (ROOT / "ansible/roles" / role / "tasks").glob("*.yml")}
    command = ["ansible-doc", "-t", "role", "-l", "-j", "-r", str(ROOT / "ansible" / "roles")]
    listed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    specified = set(json.loads(listed.stdout)[role]["entry_points"])
    called = {"main"} | ({"compile", "package", "upgrade", "rollback", "uninstall", "status", "wait_for_listener"} & tasks)
    assert specified == called
