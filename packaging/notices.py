#!/usr/bin/env python3
"""Prints the copyright file of the packages: Tributary's terms and those of every library that is linked in.

BSD, MIT, Apache and the like ask that their notice goes along with a binary. The texts are those that Debian
installs with the libraries, so they fit the versions that were linked. Exits 1 when one is not there.
"""
import pathlib
import sys

# What the link line takes archives, headers and start files from. Boost is missing on purpose: its licence
# asks for no notice in binaries, and its file is 2 MB.
LINKED = ("gcc-12-base", "libabsl-dev", "libbz2-dev", "libc-ares-dev", "libc6-dev", "libcli11-dev", "libexpected-dev",
          "libfmt-dev", "libgrpc++-dev", "libgrpc-dev", "libre2-dev", "libsnappy-dev", "libspdlog-dev", "libssl-dev", "libyaml-cpp-dev",
          "libzstd-dev", "nlohmann-json3-dev", "zlib1g-dev")
OWN = """Tributary
Copyright the Tributary maintainers

Licensed under the Apache License, Version 2.0, which follows. The notices of the libraries
that are linked into the programs follow it, one Debian package each.
"""


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    print(OWN)
    print((root / "LICENSE").read_text())
    for package in LINKED:
        path = pathlib.Path("/usr/share/doc") / package / "copyright"
        if not path.exists():
            print(f"notices: {path} is missing: run scripts/setup build", file=sys.stderr)
            return 1
        print(f"\n{'=' * 78}\n{package}\n{'=' * 78}\n")
        print(path.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
