"""tributary_flavor: alloy. The agent under Alloy's names stands in for it: paths, unit and group are proved, not
Alloy itself."""
import shutil

import pytest

from controller import repack
from probes import sha256

CONFIG = "/etc/alloy/config.alloy"
POSTINST = "#!/bin/sh\nset -e\nsystemd-sysusers alloy.conf\nsystemctl daemon-reload\nsystemctl enable --now alloy\n"


def rename(root):
    """The unpacked package becomes one named alloy."""
    debian = root / "DEBIAN"
    for script in ("conffiles", "preinst", "prerm", "postrm"):
        (debian / script).unlink(missing_ok=True)
    (debian / "postinst").write_text(POSTINST)
    for old, new in [("usr/bin/tributary", "usr/bin/alloy"), ("etc/default/tributary", "etc/default/alloy"),
                     ("usr/lib/sysusers.d/tributary.conf", "usr/lib/sysusers.d/alloy.conf"),
                     ("usr/lib/systemd/system/tributary.service", "usr/lib/systemd/system/alloy.service"),
                     ("usr/lib/systemd/system/tributary.service.d", "usr/lib/systemd/system/alloy.service.d"),
                     ("etc/tributary/config.river", CONFIG[1:])]:
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)
    shutil.rmtree(root / "etc/tributary")
    for text in ("DEBIAN/control", "usr/lib/sysusers.d/alloy.conf", "usr/lib/systemd/system/alloy.service",
                 "etc/default/alloy"):
        old = (root / text).read_text()
        (root / text).write_text(old.replace("tributary", "alloy").replace("config.river", "config.alloy"))


@pytest.fixture
def alloy_host(bare, fresh, tmp_path):
    package = repack(fresh.package, "1.0.0", tmp_path, rename)
    bare.ssh("cat > /tmp/alloy.deb && dpkg -i /tmp/alloy.deb", stdin=package.read_bytes())
    yield bare
    bare.ssh("set -e; systemctl disable --now alloy; dpkg --purge alloy; userdel alloy; systemctl daemon-reload; "
             "rm -rf /etc/alloy /etc/default/alloy /var/lib/alloy /var/lib/tributary-deploy")


def test_the_same_config_goes_to_alloy(alloy_host, agents, fresh):
    def deploy():
        return fresh.deploy("--limit", "ariel", tributary_flavor="alloy").ok()

    deploy()
    pid = alloy_host.out("systemctl show -P MainPID alloy")
    assert agents.running_hash("ariel") == sha256(fresh.compiled("ariel"))
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    deploy()
    assert alloy_host.out(f"sha256sum {CONFIG}").split()[0] == sha256(fresh.compiled("ariel"))
    assert agents.running_hash("ariel") == sha256(fresh.compiled("ariel"))
    assert alloy_host.out("systemctl show -P MainPID alloy") == pid
    assert deploy().recap["ariel"]["changed"] == 0
    assert alloy_host.out(f"stat -c '%a %U %G' {CONFIG}") == "640 root alloy"
