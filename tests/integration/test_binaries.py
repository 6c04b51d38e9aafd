"""What is shipped, looked at from outside: where it runs, and what goes along with it."""
import re
import subprocess
import tarfile

import pytest
from programs import BIN

GLIBC_FLOOR = (2, 34)
LIBRARIES = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("program", ["tributary", "cfgc"])
def test_no_newer_glibc_is_needed(program):
    versions = {tuple(map(int, found.split("."))) for found in
                re.findall(r"GLIBC_([0-9.]+)", run("readelf", "-V", BIN / program))}
    assert versions and max(versions) <= GLIBC_FLOOR


@pytest.mark.parametrize("program", ["tributary", "cfgc"])
def test_only_glibc_is_needed(program):
    assert set(re.findall(r"Shared library: \[(.+?)\]", run("readelf", "-d", BIN / program))) <= LIBRARIES


@pytest.mark.parametrize("program", ["tributary", "cfgc"])
def test_programs_say_their_version(program):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run(BIN / program, "--version"))


def test_packages_carry_the_notices_of_what_is_linked_in():
    package = max((BIN.parent).glob("tributary_*.deb"), key=lambda path: path.stat().st_mtime)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as packed:
        with tarfile.open(fileobj=packed.stdout, mode="r|") as files:
            text = next(files.extractfile(file).read().decode() for file in files
                        if file.name.endswith("share/doc/tributary/copyright"))
    for words in ("Apache License", "libre2-dev", "OpenSSL", "yaml-cpp", "GCC Runtime Library Exception"):
        assert words.lower() in text.lower()
