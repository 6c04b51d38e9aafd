#!/usr/bin/env python3
"""The house rules that no compiler checks: include directions, sizes, banned calls.

Prints one line a finding (file:line: what) and exits 1 when there is any. The rules are explained in
CONTRIBUTING.md; EXCEPTIONS may only shrink.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which rooms a room may include: those of its row, what they may include, and its own folder. A room is
# a folder; the longest row that begins a path is the path's. `lib/` is left out, as in include lines.
DIRECT = {
    "base": [],
    "river": ["base"],
    "river/schema": ["river"],
    "river/config": ["river/schema"],
    "telemetry": ["base"],
    "ottl": ["telemetry"],
    "io": ["base"],
    "profiling": ["telemetry"],
    "logql": ["base", "river"],
    "components/loki/process/stages": ["river/config", "telemetry", "logql"],
    "components": ["components/loki/process/stages", "io", "ottl", "profiling"],
    "compiler/yaml": ["river/config"],
    "compiler/inventory": ["compiler/yaml"],
    "compiler/host": ["compiler/inventory"],
    "compiler/templates": ["compiler/host"],
    "compiler/expand": ["compiler/templates"],
    "compiler/checks": ["river/config", "components"],
    "compiler/emit": ["compiler/expand", "compiler/checks"],
    "compiler/ask": ["compiler/inventory"],
    "compiler/explain": ["compiler/emit"],
    "compiler/migrate/documents": ["compiler/yaml"],
    "compiler/migrate/streams": ["compiler/emit", "components"],
    "compiler/migrate/impact": ["compiler/migrate/documents", "compiler/migrate/streams", "logql"],
    "compiler/migrate/report": ["compiler/migrate/impact"],
    "compiler/migrate/change": ["compiler/migrate/report"],
    "compiler/migrate/verify": ["compiler/migrate/report"],
    "compiler/migrate": ["compiler/migrate/change", "compiler/migrate/verify"],
    "compiler/plan": ["compiler/migrate"],
    "compiler/kubernetes": ["compiler/emit", "components"],
    "compiler/cases": ["compiler/emit", "components"],
    "compiler/promtail": ["compiler/emit"],
    "compiler/cli": ["compiler/ask", "compiler/cases", "compiler/promtail", "compiler/explain", "compiler/kubernetes", "compiler/plan"],
    "agent/graph": ["components"],
    "agent/http": ["agent/graph"],
    "agent/doctor": ["agent/graph"],
    "agent/status": ["components"],
    "agent/profile": ["profiling"],
    "agent": ["agent/http", "agent/doctor", "agent/status", "agent/profile"],
}
# A signature is linked into cfgc: it must not pull the agent's I/O in. (Stages and telemetry do none.)
SIGNATURE_DIRECT = ["river/config", "logql", "ottl", "telemetry"]
SIGNATURE_FOLDERS = {"components", "components/loki/process/stages"}

HEADER_LINES = 150
# Files under this many lines want a reason, too: an idea is rarely that short. Their number may only shrink;
# `scripts/tidy.py --small` lists them. What every component has does not count: signature.{h,cc} and the header
# of its class.
SMALL_LINES = 40
SMALL_FILES = 88
SOURCE_LINES = 500
FUNCTION_LINES = 60
LINE_COLUMNS = 100

# path -> why it may be longer. May only shrink.
EXCEPTIONS = {
    "lib/river/schema/field.h": "templates over the member pointers: one idea, read from top to bottom",
    "lib/river/schema/codec.h": "one codec a type: a list",
    "lib/river/value.h": "the value and its alternatives belong together",
}

# Folders whose namespace is another one than their path, without lib/ and shared/.
NAMESPACES = {
    "components/otelcol/shared/export": "components::otelcol",
    "components/otelcol/shared/match_properties": "components::otelcol",
    "components/otelcol/shared/ottl": "components::otelcol",
    "components/otelcol/shared/tls": "components::otelcol",
    "components/shared/clustering": "components",
    "components/shared/http_client": "components",  # what several components write into their signatures
    "components/shared/http_server": "components",
    "components/shared/rule": "components",
    "components/shared/tls_config": "components",
}

# Outside its folder a component is named by the catalogue and the builders only; what others must know of it, its
# Signature says. path, or how it begins -> why it names components all the same.
NAMING = {
    "agent/graph/builders.cc": "the list of what can be built",
    "agent/http/access.h": "the block `http` configures this very interface",
    "compiler/expand/": "which components a host gets is cfgc's own opinion",
    "compiler/promtail/": "which components the sections of another agent's configuration become",
}

BANNED = [
    (r"\bstd::(basic_)?regex\b", "use RE2"),
    (r"\bstd::sto[a-z]+\(", "use std::from_chars"),
    (r"\b(atoi|atol|atof|strtok|gets|sprintf|strcpy|strcat)\(", "use the C++ way"),
    (r"#include <(iostream|sstream|fstream)>", "iostreams are for tests only: use fmt and base/files.h"),
    (r"for \([^;]* : [\w:]*directory_iterator\(", "its ++ throws when a folder changes: call increment(error)"),
    (r"\bthrow\b", "nothing of ours throws: report or return a Result"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", "finish it or leave it out"),
    (r"\bsleep_for\(", "wait for the event itself"),
    (r"\bstd::j?thread\b(?!::)", "use base::Thread: it has a name, and can fail"),
    (r"\busing namespace std\b", "name what you use"),
]


def sources():
    """The repository paths of all sources and headers, those that are not added yet among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cc", "*.h"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True,
                          text=True).stdout.split()


def closure(names):
    """These rooms and all that they may include."""
    found = set()
    for name in names:
        found |= {name} | closure(DIRECT[name])
    return found


def room(path):
    """The room of a repository or include path; None: the path is in none, as tests/ are."""
    folder = path.removeprefix("lib/").rpartition("/")[0]
    while folder and folder not in DIRECT:
        folder = folder.rpartition("/")[0]
    return folder or None


def is_test(path):
    return path.startswith("tests/") or re.search(r"(_(test|bench|fuzz)\.cc|/testing\.h)$", path) is not None


def include_findings(path, lines):
    own = room(path)
    if own is None or is_test(path):
        return
    is_signature = re.search(r"signature\.(h|cc)$", path)
    allowed = closure(SIGNATURE_DIRECT) | SIGNATURE_FOLDERS if is_signature else closure([own])
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include "([^"]+)"', line)
        target = match and room(match[1])
        if target and target not in allowed:
            yield number, f"{own} must not include {target} ({match[1]})"


def size_findings(path, lines):
    limit = HEADER_LINES if path.endswith(".h") else SOURCE_LINES
    if len(lines) > limit and path not in EXCEPTIONS:
        yield len(lines), f"{len(lines)} lines; at most {limit}: is it really one idea?"
    start = None
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS and not re.search(r"https?://|R\"", line):
            yield number, f"{len(line)} columns; at most {LINE_COLUMNS}"
        # Functions stand at column 0 (namespaces are not indented) and end with a lone brace.
        if re.match(r"[A-Za-z].*[^;,]$", line) and not line.startswith(("namespace", "#", "//", "TEST_CASE")):
            start = number if start is None else start
        if line == "}":
            body = number - start + 1 if start else 0
            if body > FUNCTION_LINES and not is_test(path):
                yield start, f"a function of {body} lines; at most {FUNCTION_LINES}"
            start = None
        elif line.startswith("}") or line == "":
            start = start if line == "" else None


def banned_findings(path, lines):
    if is_test(path):
        return
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0] if "TODO" not in line else line
        code = re.sub(r'"(\\.|[^"\\])*"', '""', code) if "#include" not in code else code
        for pattern, instead in BANNED:
            if re.search(pattern, code):
                yield number, f"{re.search(pattern, code)[0]}: {instead}"


def test_name_findings(path, lines):
    """A test's name is an element of a CMake list, and a pattern of doctest's (cmake/rooms.cmake)."""
    text = "\n".join(lines)
    for test in re.finditer(r'^TEST_CASE\(\s*((?:"[^"]*"\s*)+)\)', text, re.M):
        if re.search(r"[][;*?\\]", test[1]):
            yield text.count("\n", 0, test.start()) + 1, "the name of a test without ; [ ] * ? and \\"


def namespace_findings(path, lines):
    """The namespace is the folder, or begins with it: a file may have one of its own within."""
    folder = path.rpartition("/")[0]
    if is_test(path) or path == "lib/base/fmt.cc":  # That one is fmt's own.
        return
    plain = re.sub(r"^lib/|/shared(?=/|$)", "", folder).replace("/", "::")
    wanted = NAMESPACES.get(folder, plain)
    found = [(number, match[1]) for number, line in enumerate(lines, 1)
             if (match := re.match(r"namespace ([\w:]+) \{", line))]
    # Others are opened to specialize their templates, or to name their types without their headers.
    if found and not any(name == wanted or name.startswith(wanted + "::") for _, name in found):
        yield found[0][0], f"namespace {found[0][1]}; of this folder: {wanted}"


HEAVY = r"#include <(boost/|spdlog/|nlohmann/(?!json_fwd)|rapidjson/|yaml-cpp/|CLI/|grpcpp/)"
# A header with one of them is included by so many files at most: it is the inside of a thing in two sources.
HEAVY_USERS = 2


def heavy_findings(listed):
    """Beast, spdlog and nlohmann/json stay behind .cc files: they cost seconds per inclusion."""
    texts = {path: (ROOT / path).read_text() for path in listed}
    for path, text in texts.items():
        found = re.search(HEAVY, text)
        if path.endswith(".h") and found:
            include = f'#include "{path.removeprefix("lib/")}"'
            users = sum(include in other for other in texts.values())
            if users > HEAVY_USERS:
                number = text.count("\n", 0, found.start()) + 1
                yield f"{path}:{number}: a heavy third-party header in a header that {users} files include"


def naming_findings(path, lines):
    """A component is its folder and two lines: none outside includes it or names it in a text."""
    if is_test(path) or path.startswith(("components/", "tests/", *NAMING)):
        return
    for number, line in enumerate(lines, 1):
        text = line.split("//")[0] if "#include" not in line else line
        if (re.search(r'#include "components/(?!shared/)\w+/(?!shared/)', text)
                or re.search(r'"(discovery|local|loki|otelcol|prometheus|pyroscope)\.[a-z]\w*[."{]', text)):
            yield number, "names a component: let its Signature say what must be known of it"


def code_findings(listed):
    """docs/diagnostics.md lists every diagnostic code that the sources use, and no other."""
    page = (ROOT / "docs" / "diagnostics.md").read_text()
    listed_codes = set(re.findall(r"^\| ([RCF]\d{3}) \|", page, re.M))
    used = set()
    for path in listed:
        if not is_test(path):
            used |= set(re.findall(r'"([RCF]\d\d\d)"', (ROOT / path).read_text()))
    for code in sorted(used - listed_codes):
        yield f"docs/diagnostics.md: {code} is used and not explained"
    for code in sorted(listed_codes - used):
        yield f"docs/diagnostics.md: {code} is explained and not used"


# Sources that are compiled by themselves (SKIP_UNITY_BUILD_INCLUSION).
ALONE = ("lib/io/rpc/",)


def unit_findings(listed):
    """Units hold all sources of a library, or all tests of a program: what their anonymous namespaces define has
    names of its own, and no constant of a function has such a name either (-Wshadow)."""
    defined, local = {}, []
    for path in listed:
        if path.endswith(("_fuzz.cc", "_bench.cc", "main.cc")) or path.startswith(ALONE):
            continue
        folders = path.split("/")[:3 if path.startswith("compiler/migrate/") else 2]
        namespaces = []
        for number, line in enumerate((ROOT / path).read_text().split("\n"), 1):
            opened = re.match(r"namespace ?([\w:]*) ?\{$", line)
            if opened:
                namespaces.append(opened[1])
            elif line.startswith("}  // namespace") and namespaces:
                namespaces.pop()
            name = re.match(r"( *)(?:(?:struct|class|enum class|enum) (\w+)[^;]*\{"
                            r"|(?:static )?constexpr [\w:<>* ]*[* ](\w+)(?:\[\w*\])?(?: =|\{))", line)
            if not name:
                continue
            key = (*folders, is_test(path), "::".join(filter(None, namespaces)), name[2] or name[3])
            if not name[1] and "" in namespaces:
                other = defined.setdefault(key, path)
                if other != path:
                    yield f"{path}:{number}: {key[-1]} is defined in {other}, too: they are compiled in one unit"
            elif name[1] and name[3]:
                local.append((path, number, key))
    for path, number, key in local:
        if defined.get(key, path) != path:
            yield f"{path}:{number}: {key[-1]} hides that of {defined[key]}: they are compiled in one unit"


def small_files(listed):
    """The sources and headers that are under SMALL_LINES, but for tests and what every component has."""
    found = []
    for path in listed:
        text = (ROOT / path).read_text()
        of_every_component = re.search(r"/signature\.(h|cc)$", path) or (
            path.endswith(".h") and re.search(
                r"public (ComponentOf<|EchoComponent<|sink::GroupComponent<|Discovery<|Exporter \{)|"
                r"= RelabelComponent<", text))
        if text.count("\n") < SMALL_LINES and not is_test(path) and not of_every_component:
            found.append(path)
    return found


def main():
    listed = sources()
    small = small_files(listed)
    if "--small" in sys.argv[1:]:
        print("\n".join(small))
        return 0
    count = 0
    for path in listed:
        lines = (ROOT / path).read_text().split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        for rule in (include_findings, size_findings, banned_findings, test_name_findings, namespace_findings,
                     naming_findings):
            for number, what in rule(path, lines):
                print(f"{path}:{number}: {what}")
                count += 1
    for what in (*code_findings(listed), *heavy_findings(listed), *unit_findings(listed)):
        print(what)
        count += 1
    if len(small) > SMALL_FILES:
        print(f"{len(small)} files under {SMALL_LINES} lines; at most {SMALL_FILES}: scripts/tidy.py --small")
        count += 1
    print(f"tidy: {len(listed)} files, {len(small)} of them under {SMALL_LINES} lines, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
