"""One mistake in a fleet's files is one finding, at its place, with what to do."""
import json
import re
import subprocess

import pytest

from programs import BIN

FLEET = {
    "inventory/hosts.yml": "all:\n  children:\n    lab:\n      hosts:\n        h1:\n        h2:\n",
    "group_vars/lab.yml": "deployment_environment: lab\n",
    "host_vars/h1.yml": "services: [kairos]\nkairos_syslog_port: 51401\n",
    "templates/default.river": 'fleet.journal "j" { }\nfleet.syslog "services" { }\nfleet.backends "b" { }\n',
}
H1 = "host_vars/h1.yml"
WRITE = '\nloki.write "w" { endpoint { url = "https://x/loki/api/v1/push" } }\n'
# (path, text): code, line, a part of what is said.
CASES = {
    "services are text": (H1, "services: kairos\nkairos_syslog_port: 51401\n", "F004", 1, "a list, not text"),
    "bare Jinja": (H1, "deployment_environment: {{ inventory_hostname }}\n", "F001", 1, "must be quoted"),
    "undefined": (H1, "deployment_environment: '{{ nothing }}'\n", "F013", 1, "'nothing' is undefined"),
    "environment is a list": (H1, "deployment_environment: [a]\n", "F004", 1, "must be text"),
    "of another host": (H1, "deployment_environment: \"{{ hostvars['h2'].zone }}\"\n", "F013", 1,
                        "'Variables object' has no attribute 'zone'"),
    "encrypted port": (H1, "services: [kairos]\nkairos_syslog_port: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
                       "F020", 2, "kairos_syslog_port is encrypted"),
    "component as receiver": ("templates/h1.river", 'loki.source.journal "j" { forward_to = [loki.write.w] }' + WRITE,
                              "C010", 1, "add .receiver"),
}


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def cfgc(folder, *arguments):
    return subprocess.run([BIN / "cfgc", *arguments], cwd=folder, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


@pytest.mark.parametrize("mistake", CASES)
def test_one_mistake_is_one_finding(mistake, tmp_path):
    path, text, code, line, said = CASES[mistake]
    write(tmp_path, {**FLEET, path: text})
    done = cfgc(tmp_path, "compile", "--format", "json")
    findings = [json.loads(one) for one in done.stdout.splitlines()]
    assert [(one["code"], one["file"], one["line"]) for one in findings] == [(code, path, line)], done.stdout
    assert said in findings[0]["message"] + findings[0].get("help", "")


@pytest.mark.parametrize("file", ["host_vars/h1.yml", "templates/h1.river.j2"])
def test_hostvars_of_a_host_outside_the_selection(file, tmp_path):
    text = {"host_vars/h1.yml": "deployment_environment: \"{{ hostvars['h2'].zone }}\"\n",
            "templates/h1.river.j2": "// {{ hostvars['h2'].zone }}\nlogging { level = \"info\" }\n"}[file]
    write(tmp_path, {**FLEET, "host_vars/h2.yml": "zone: blue\nservices: wrong\n", file: text})
    done = cfgc(tmp_path, "compile", "--host", "h1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "blue" in (tmp_path / "compiled" / "h1" / "config.river").read_text()


def test_a_password_file_that_is_not_there(tmp_path):
    write(tmp_path, FLEET)
    done = cfgc(tmp_path, "compile", "--vault-password-file", "nope")
    assert done.returncode == 2 and "nope: no such file of vault passwords" in done.stderr


def test_what_changed_is_said(tmp_path):
    write(tmp_path, FLEET)
    assert "3 files changed in compiled" in cfgc(tmp_path, "compile").stderr
    assert " changed in " not in cfgc(tmp_path, "compile").stderr


@pytest.mark.parametrize("arguments, codes", [
    (["-e", "kairos_syslog_port=51402"], []),
    (["-e", "kairos_syslog_port=51402", "--host", "h2"], []),
    (["-e", "nobodys_syslog_port=51402"], ["F023"]),
    (["-e", "nobodys_syslog_port=51402", "--host", "h1"], []),
    (["--playbook-dir", "grouped"], []),
])
def test_a_port_is_for_the_hosts_that_have_the_service(arguments, codes, tmp_path):
    """A definition that hosts share is without a service only when none of them has it."""
    write(tmp_path, {**FLEET, "grouped/group_vars/all.yml": "deployment_environment: lab\nkairos_syslog_port: 51401\n",
                     "grouped/host_vars/h1.yml": "services: [kairos]\n",
                     "grouped/templates/default.river": FLEET["templates/default.river"]})
    done = cfgc(tmp_path, "compile", "--format", "json", *arguments)
    assert [json.loads(one)["code"] for one in done.stdout.splitlines()] == codes, done.stdout


@pytest.mark.parametrize("command", [[], ["compile"], ["validate"], ["fmt"], ["migrate"], ["migrate", "apply"]])
def test_every_command_says_its_version(command, tmp_path):
    done = cfgc(tmp_path, *command, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, cfgc(tmp_path, "--version").stdout, "")


@pytest.mark.parametrize("command, said", [
    (["complie"], "cfgc: there is no command complie: did you mean compile?"),
    (["kubernetes", "rback"], "cfgc: there is no command rback: did you mean rbac?"),
    (["frobnicate"], "cfgc: there is no command frobnicate\n"),
    ([], "A subcommand is required"),
])
def test_a_command_that_is_none_is_named(command, said, tmp_path):
    done = cfgc(tmp_path, *command)
    assert done.returncode == 2 and said in done.stderr, done.stderr


HELP = [["cfgc"], *(["cfgc", *words.split()] for words in (
    "fmt", "validate", "compile", "catalogue", "schema", "status", "explain", "graph", "kubernetes", "kubernetes rbac",
    "kubernetes check", "plan", "breaking", "completion", "man", "migrate report", "migrate diff", "migrate apply",
    "migrate cleanup")), ["tributary"], *(["tributary", word] for word in ("run", "validate", "doctor", "status", "profile"))]


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_the_help_of_each_command_is_whole(command):
    """A text for each option, examples of this command alone, and what its exit codes mean."""
    text = subprocess.run([BIN / command[0], *command[1:], "--help"], capture_output=True, text=True, timeout=20,
                          check=True).stdout
    options, examples = text.split("\nExamples:\n")
    # The name and type of an option or argument alone in a line, without a text below.
    bare = re.findall(r"^  ((?:-\S+|[A-Z][A-Z|.]*)(?: [A-Z]+\S*)*(?: \.\.\.)?(?: REQUIRED)?) *\n(?! {8})", options + "\n", re.M)
    assert "--help" in options and not bare
    assert "\nExit codes" in examples
    if len(command) > 1 and "migrate" not in command:
        assert " ".join(command) in examples
    for line in examples.splitlines():
        words = line.split()
        if line.startswith("  ") and len(command) > 1 and words[0] in ("cfgc", "tributary"):
            assert words[:2] == command[:2], line


@pytest.mark.parametrize("folder", ["host_vars/h2", "inventory/more", "host_vars/h2/deep/deeper"])
def test_links_that_lead_back_to_their_folder_end(folder, tmp_path):
    write(tmp_path, FLEET)
    (tmp_path / folder).mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / folder / name).symlink_to(".")
    (tmp_path / folder / "c").symlink_to("..")
    done = cfgc(tmp_path, "validate")
    assert done.returncode in (0, 1) and "2 hosts" in done.stderr, done.stdout + done.stderr
