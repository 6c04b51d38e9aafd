"""The files of the image: both programs, the libraries that they load, certificates, time zones, and the notices.

Nothing but Debian packages of this machine is read, so an image is as new as they are. No shell is in it.
"""
import pathlib
import re
import subprocess
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
USER = 65532
LOADED = "libsystemd.so.0"  # by dlopen, for loki.source.journal
ACCOUNTS = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/var/lib/tributary:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def libraries(programs):
    """Paths of all libraries that these programs load, and that of the loader, as ldd writes them."""
    cache = run("/sbin/ldconfig", "-p")
    loaded = re.search(rf"{re.escape(LOADED)} .*=> (\S+)", cache)
    if loaded is None:
        raise SystemExit(f"{LOADED} is not there: install libsystemd0")
    found = {loaded[1]}
    for one in [*programs, loaded[1]]:
        listed = run("ldd", one)
        if "not found" in listed:
            raise SystemExit(f"{one} needs a library that is not there:\n{listed}")
        found |= set(re.findall(r"(/\S+) \(0x", listed))
    return sorted(found)


def owner(path):
    """The Debian package of a file, whichever of /lib and /usr/lib it is listed by."""
    for one in (path, f"/usr{path}", str(pathlib.Path(path).resolve())):
        done = subprocess.run(["dpkg-query", "-S", one], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    raise SystemExit(f"{path} is of no Debian package")


def certificates():
    """Mozilla's, from the package: what an administrator added to this machine stays here."""
    files = sorted(pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt"))
    if not files:
        raise SystemExit("no certificates: install ca-certificates")
    return "".join(path.read_text() for path in files)


def zones():
    """(path in the image, path or link target) of the time zones."""
    for line in run("dpkg-query", "-L", "tzdata").splitlines():
        path = pathlib.Path(line)
        if line.startswith("/usr/share/zoneinfo/") and not re.search(r"zoneinfo/(posix|right)/", line):
            if path.is_symlink() or path.is_file():
                yield line.lstrip("/"), path


class Files:
    """Files by their path in the image; written in the order of their names, with one time."""

    def __init__(self):
        self.entries = {}

    def add(self, name, content=b"", mode=0o644, kind=tarfile.REGTYPE, uid=0, link=""):
        for folder in list(pathlib.PurePosixPath(name).parents)[:-1]:
            self.entries.setdefault(str(folder), (b"", 0o755, tarfile.DIRTYPE, 0, ""))
        content = content.encode() if isinstance(content, str) else content
        self.entries[name] = (content, mode, kind, uid, link)

    def folder(self, name, mode=0o755, uid=0):
        self.add(name, mode=mode, kind=tarfile.DIRTYPE, uid=uid)

    def link(self, name, target):
        self.add(name, mode=0o777, kind=tarfile.SYMTYPE, link=target)

    def copy(self, name, path, mode=0o644):
        if path.is_symlink() and not path.readlink().is_absolute():
            self.link(name, str(path.readlink()))
        else:
            self.add(name, path.resolve().read_bytes(), mode)


def collect(programs, config):
    """All files of the image; `programs` are the paths of tributary and cfgc."""
    files = Files()
    for program in programs:
        files.add(f"usr/bin/{program.name}", program.read_bytes(), 0o755)
    packages = {"ca-certificates", "tzdata"}
    for library in libraries(programs):
        files.add(library.lstrip("/"), pathlib.Path(library).resolve().read_bytes(), 0o755)
        packages.add(owner(library))
    files.add("etc/ssl/certs/ca-certificates.crt", certificates())
    files.link("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
    files.link("usr/lib/ssl/certs", "/etc/ssl/certs")
    for name, path in zones():
        files.copy(name, path)
    for name, text in ACCOUNTS.items():
        files.add(name, text)
    files.add("etc/tributary/config.river", config.read_bytes())
    files.folder("tmp", 0o1777)
    files.folder("var/lib/tributary", 0o750, USER)
    files.add("usr/share/doc/tributary/copyright", run(HERE.parent / "notices.py"))
    for package in sorted(packages):
        # As scanners of images look for packages where there is no dpkg.
        files.add(f"var/lib/dpkg/status.d/{package}", run("dpkg-query", "-s", package))
        files.add(f"usr/share/doc/{package}/copyright",
                  pathlib.Path(f"/usr/share/doc/{package}/copyright").resolve().read_bytes())
    return files
