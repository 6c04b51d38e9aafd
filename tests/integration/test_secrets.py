"""A secret that stands in what cfgc reads is in nothing that it prints, whatever the finding and the format."""
import itertools
import subprocess

import pytest

from programs import BIN

SECRET = "hunter2hunter2"
FLEET = {
    "inventory/hosts.yml": "all:\n  children:\n    lab:\n      hosts:\n        h1:\n          ansible_password: SECRET\n",
    "group_vars/lab.yml": "deployment_environment: lab\nloki_password: SECRET\nservces: [kairos]\n",
    "host_vars/h1.yml": "services: [kairos]\nkairos_syslog_port: 51401\n",
    "templates/default.river": 'fleet.syslog "services" { }\nfleet.docker "containers" { }\nfleet.backends "b" { }\n',
    "dashboards/d.json": '{"title": "D", "panels": [{"title": "P", "targets": [{"refId": "A", "expr":\n'
                         '"count_over_time({job=\\"kairos\\"} | api_token=\\"x\\" [5m])"}]}]}\n',
}
# What is wrong in one file, beside a secret: each has a finding at the secret's line or next to it.
WRONG = {
    "type": ("host_vars/h1.yml", "services: kairos\npassword: SECRET\n"),
    "port": ("host_vars/h1.yml", "services: [kairos]\nkairos_syslog_port: 'x'\nkairos_api_token: 'SECRET'\n"),
    "below": ("host_vars/h1.yml", "db_password: |\n  first\n  SECRET\ndeployment_environment: [x]\n"),
    "flow": ("host_vars/h1.yml", "telemetry: {backends: {loki: {basic_auth: {password: SECRET}, urll: x}}}\n"),
    "url": ("host_vars/h1.yml", "telemetry: {backends: {loki: {url: 'https://me:SECRET@loki'}}}\n"),
    "yaml": ("host_vars/h1.yml", "services: [kairos\npassword: SECRET\n"),
    "tab": ("host_vars/h1.yml", "password: SECRET\n\tservices: [kairos]\n"),
    "twice": ("host_vars/h1.yml", "password: a\npassword: SECRET\n"),
    "jinja": ("host_vars/h1.yml", "password: SECRET\ndeployment_environment: '{{ password.nothing }}'\n"),
    "vault": ("host_vars/h1.yml", "token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  SECRET\nservices: kairos\n"),
    "river": ("templates/h1.river", 'loki.write "w" {\n  endpoint {\n    url = "https://x/loki/api/v1/push"\n'
                                    '    basic_auth {\n      usrname = "u"\n      password = "SECRET"\n    }\n  }\n}\n'),
    "river open": ("templates/h1.river", 'loki.write "w" {\n  endpoint {\n    bearer_token = "SECRET\n  }\n}\n'),
    "river type": ("templates/h1.river", 'loki.write "w" {\n  endpoint {\n    bearer_token = ["SECRET"]\n  }\n}\n'),
    "river header": ("templates/h1.river", 'loki.write "w" {\n  endpoint {\n    headers = {"Authorization" = "SECRET" + 1}\n  }\n}\n'),
    "river call": ("templates/h1.river", 'loki.write "w" {\n  endpoint {\n    bearer_token = sys.evn("SECRET")\n  }\n}\n'),
    "j2": ("templates/h1.river.j2", '{% if x %}\npassword = "SECRET"\n'),
    "right": ("host_vars/h1.yml", "password: SECRET\nservices: [kairos]\nkairos_syslog_port: 51401\napi_key: SECRET\n"),
}
DOCUMENTS = ["--dashboards", "dashboards", "--host", "h1", "--services", "kairos"]
COMMANDS = (
    [["validate", "inventory", "--format", kind] for kind in ("text", "json", "sarif", "github")]
    + [["compile", "--format", kind] for kind in ("text", "json", "sarif", "github")]
    + [["migrate", "report", *DOCUMENTS, "--format", kind] for kind in ("text", "md", "html", "json", "sarif")]
    + [["migrate", "diff", "--from", "today", "--to", "migrated", *DOCUMENTS, "--format", "text"],
       ["migrate", "apply", *DOCUMENTS, "--dry-run"], ["fmt", "--check", "templates/default.river"]]
)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_planted_secret_is_not_printed(wrong, tmp_path):
    path, text = WRONG[wrong]
    for name, content in itertools.chain(FLEET.items(), [(path, text)]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content.replace("SECRET", SECRET))
    said = ""
    for command in COMMANDS:
        done = subprocess.run([BIN / "cfgc", *command], cwd=tmp_path, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert SECRET not in done.stdout, (command, done.stdout)
        said += done.stdout
    assert "h1" in said or "1 host" in said
