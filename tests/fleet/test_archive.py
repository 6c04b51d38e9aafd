"""The archive, on a host that has no dpkg: deploy, reload, upgrade, the way back and the end."""
import hashlib

import pytest

from controller import rearchive
from probes import CONFIG, sha256
from programs import wait_for

README = "/usr/share/doc/tributary/README.md"
ONLY = ("--limit", "ariel")
FILES = "find /etc /usr /var/lib -xdev -printf '%p %y %s %m\\n' | sort"
HIDDEN = ["dpkg", "dpkg-query", "deb-systemd-helper", "deb-systemd-invoke"]


@pytest.fixture
def without_dpkg(bare):
    """ariel with neither the agent nor dpkg."""
    bare.ssh("mkdir /root/hidden; cd /usr/bin && mv " + " ".join(HIDDEN) + " /root/hidden")
    yield bare
    bare.ssh("mv /root/hidden/* /usr/bin && rmdir /root/hidden")


def newer(archive, folder):
    """Another version: one file is another, one is new and one has gone."""
    def change(root):
        with open(root / README[1:], "a", encoding="utf-8") as readme:
            readme.write("The newer version.\n")
        (root / "usr/share/tributary/more").mkdir()
        (root / "usr/share/tributary/more/new").write_text("new\n")
        (root / "usr/share/tributary/docker.conf").unlink()
    return rearchive(archive, "8.0.0", folder, change)


@pytest.mark.essential
def test_an_archive_is_deployed_upgraded_rolled_back_and_removed(without_dpkg, agents, fresh, loki, archive, tmp_path):
    ariel = without_dpkg
    empty = ariel.out(FILES)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()

    def play(name, archive=archive, **variables):
        return fresh.play(name, *ONLY, tributary_archive=archive, **variables)

    play("deploy.yml", tributary_archive_checksum=checksum).ok()
    assert agents.running_hash("ariel") == sha256(fresh.compiled("ariel"))
    assert ariel.out(f"stat -c '%a %U %G' {CONFIG} /etc/default/tributary").splitlines() == [
        "640 root tributary", "640 root root"]
    agents.log("ariel", "hello from the archive")
    assert loki.wait_line("hello from the archive")["labels"]["hostname"] == "ariel.lab"
    first = ariel.out(FILES)
    assert README in first and "tributary" not in empty
    again = play("deploy.yml").ok()
    assert again.recap["ariel"]["changed"] == 0, again.text

    pid = agents.pid("ariel")
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    play("deploy.yml").ok()
    config = agents.config_hash("ariel")
    assert agents.running_hash("ariel") == config == sha256(fresh.compiled("ariel"))
    assert agents.pid("ariel") == pid

    play("upgrade.yml", newer(archive, tmp_path)).ok()
    assert agents.pid("ariel") not in (0, pid)
    assert agents.running_hash("ariel") == config
    assert "The newer version." in ariel.out(f"cat {README}; ls -R /usr/share/tributary")
    assert sorted(ariel.out("cd /usr/share/tributary && find . -type f").split()) == [
        "./more/new", "./profiling-kernel.conf", "./profiling.conf"]  # Without docker.conf, which the newer one lacks.
    play("rollback.yml").ok()
    assert agents.running_hash("ariel") == config
    assert installed(ariel.out(FILES)) == installed(first)

    play("uninstall.yml").ok()
    assert ariel.out(FILES) == empty
    assert ariel.ssh("getent passwd tributary || getent group tributary", check=False).stdout == ""
    assert "tributary" not in ariel.out("systemctl list-units --all --no-pager; cat /etc/passwd")


def installed(files):
    return [line for line in files.splitlines() if line.startswith("/usr/") and " d " not in line]


def test_an_archive_or_a_config_that_cannot_run_is_put_back(without_dpkg, agents, fresh, archive, tmp_path):
    ariel = without_dpkg

    def break_it(root):
        (root / "usr/bin/tributary").write_text("#!/bin/sh\necho cannot run here >&2\nexit 3\n")

    empty = ariel.out(FILES)
    broken = rearchive(archive, "9.9.9", tmp_path, break_it)
    play = fresh.deploy(*ONLY, tributary_archive=broken)
    assert play.code != 0 and "cannot run here" in play.text, play.text
    assert ariel.out(FILES) == empty

    fresh.deploy(*ONLY, tributary_archive=archive).ok()
    binary, config = ariel.out("sha256sum /usr/bin/tributary"), agents.config_hash("ariel")
    play = fresh.play("upgrade.yml", *ONLY, tributary_archive=broken)
    assert play.code != 0 and "cannot run here" in play.text, play.text
    assert ariel.out("sha256sum /usr/bin/tributary") == binary
    assert agents.running_hash("ariel") == config

    pid = agents.pid("ariel")
    ariel.ssh("systemd-run --quiet --unit=squatter python3 -c 'import socket,time\n"
              "s=socket.create_server((\"127.0.0.1\",51425))\ntime.sleep(1e6)'")
    try:
        wait_for("the port to be taken", lambda: "51425" in ariel.out("ss -Hltn"))
        fresh.edit("group_vars/all/vars.yml", "51424", "51425")
        play = fresh.deploy(*ONLY, tributary_archive=archive, tributary_doctor_ignore=["ports"])
    finally:
        ariel.ssh("systemctl stop squatter")
    assert play.code != 0 and "51425" in play.text, play.text
    assert agents.running_hash("ariel") == agents.config_hash("ariel") == config
    assert agents.pid("ariel") == pid
    fresh.play("uninstall.yml", *ONLY).ok()


def test_the_wrong_way_touches_nothing(without_dpkg, agents, fresh, archive, package):
    empty = without_dpkg.out(FILES)
    for why, variables in [
            ("has no dpkg", {}),
            ("one of them must be empty", {"tributary_archive": archive, "tributary_package": package}),
            ("has the SHA-256", {"tributary_archive": archive, "tributary_archive_checksum": "0" * 64}),
            ("does not exist", {"tributary_archive": "/nowhere.tar.gz"})]:
        play = fresh.deploy(*ONLY, **variables)
        assert play.code != 0 and why in " ".join(play.text.split()), play.text
        assert without_dpkg.out(FILES) == empty, why
    # oberon has the package.
    pid = agents.pid("oberon")
    play = fresh.deploy("--limit", "oberon", tributary_archive=archive)
    assert play.code != 0 and "run uninstall.yml first" in " ".join(play.text.split()), play.text
    assert agents.pid("oberon") == pid
