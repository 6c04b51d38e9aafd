"""The container image, run by a real Docker: as little as it may do, it delivers."""
import hashlib
import json
import shutil
import subprocess
import tarfile

import pytest
from daemons import missing_for_docker
from programs import BIN, ROOT, free_port, wait_for

IMAGE = ROOT / "packaging" / "image"
TAG = "tributary:test"
CONFIG = """
local.file_match "log" {
  path_targets = [{__path__ = "/var/log/app/*.log"}]
}
loki.source.file "log" {
  targets    = local.file_match.log.targets
  forward_to = [loki.write.out.receiver]
}
loki.write "out" {
  endpoint {
    url = sys.env("LOKI_URL")
  }
}
"""
LEAST = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "host"]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("image") / "image.tar"
    subprocess.run([IMAGE / "make", "--programs", BIN, "--out", path, "--tag", TAG], check=True)
    return path


@pytest.fixture(scope="module")
def rootfs(tmp_path_factory):
    path = tmp_path_factory.mktemp("rootfs") / "rootfs.tar"
    subprocess.run([IMAGE / "make", "--programs", BIN, "--rootfs", path], check=True)
    return path


@pytest.fixture(scope="module")
def docker(dockerd, image):
    if dockerd is None:
        pytest.skip(missing_for_docker())
    dockerd.run("load", "--input", str(image))
    return dockerd


def test_the_same_programs_give_the_same_files(image, rootfs):
    with tarfile.open(image) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        config = json.load(tar.extractfile(manifest["Config"]))
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(rootfs.read_bytes()).hexdigest()]


def test_what_libraries_read_at_run_time_is_there(rootfs):
    with tarfile.open(rootfs) as tar:
        names = set(tar.getnames())
        assert b"BEGIN CERTIFICATE" in tar.extractfile("etc/ssl/certs/ca-certificates.crt").read()
        assert tar.getmember("tmp").mode == 0o1777
        assert tar.getmember("var/lib/tributary").uid == 65532
        texts = tar.extractfile("usr/share/doc/tributary/copyright").read()
    assert {"usr/share/zoneinfo/Europe/Berlin", "etc/nsswitch.conf"} <= names
    assert b"Apache License" in texts
    assert not {name for name in names if name.startswith("bin/") or name.endswith("/sh")}


def test_both_programs_run_as_an_ordinary_user(docker):
    for program in ("tributary", "cfgc"):
        assert docker.run("run", "--rm", *LEAST, "--entrypoint", f"/usr/bin/{program}", TAG, "--version")
    assert docker.run("inspect", "--format", "{{.Config.User}}", TAG) == "65532:65532"


def test_it_delivers_without_privileges_and_stops_clean(docker, receiver, tmp_path):
    logs, state, port = tmp_path / "logs", tmp_path / "state", free_port()
    for folder in (logs, state):
        folder.mkdir()
        shutil.chown(folder, 65532, 65532)
    (logs / "a.log").write_text("a line out of the image\n")
    (tmp_path / "config.river").write_text(CONFIG)
    listen = f"127.0.0.1:{port}"
    name = docker.run(
        "run", "--detach", *LEAST, "--env", f"LOKI_URL={receiver.url}",
        "--volume", f"{logs}:/var/log/app:ro", "--volume", f"{state}:/var/lib/tributary",
        "--volume", f"{tmp_path}/config.river:/etc/tributary/config.river:ro", TAG,
        "run", "/etc/tributary/config.river", "--storage.path=/var/lib/tributary",
        f"--server.http.listen-addr={listen}")
    receiver.wait_line("a line out of the image")
    docker.run("exec", name, "/usr/bin/tributary", "status", f"--server.http.listen-addr={listen}")
    docker.run("stop", name)
    assert docker.state(name)["ExitCode"] == 0, docker.run("logs", name)
    assert list(state.iterdir())


def test_by_itself_it_is_ready(docker):
    name = docker.run("run", "--detach", "--read-only", "--cap-drop", "ALL", "--network", "none",
                      "--tmpfs", "/var/lib/tributary:uid=65532,gid=65532", TAG)
    wait_for("the agent to say that it is healthy",
             lambda: docker.run("exec", name, "/usr/bin/tributary", "status", check=False))
    docker.run("stop", name)
    assert docker.state(name)["ExitCode"] == 0, docker.run("logs", name)


def test_the_dockerfile_makes_an_image_of_the_same_files(docker, rootfs, tmp_path):
    shutil.copy(IMAGE / "Dockerfile", tmp_path)
    shutil.copy(rootfs, tmp_path / "rootfs.tar")
    docker.run("build", "--tag", "built:1", str(tmp_path))
    assert docker.run("run", "--rm", *LEAST, "built:1", "--version")
    wanted = [json.loads(docker.run("inspect", "--format", "{{json .Config}}", tag)) for tag in (TAG, "built:1")]
    for field in ("User", "Entrypoint", "Cmd", "ExposedPorts"):
        assert wanted[0][field] == wanted[1][field]
