#include "compiler/inventory/render_request.h"

namespace compiler::inventory {

const char kRenderProgram[] = R"python(
import json, os, sys
request = json.load(sys.stdin)
os.environ.clear()
os.chdir("/")
try:
    import jinja2
except ImportError:
    sys.exit(3)
import collections.abc, difflib, functools, importlib, re, resource, shutil, signal
# What is imported when it is used could not be, later on.
import _strptime, codecs, html, jinja2.debug, pprint, textwrap
for name in "ascii utf-8 utf-16 latin-1 unicode-escape raw-unicode-escape idna base64".split():
    codecs.lookup(name)
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.runtime import Context, missing
from jinja2.sandbox import ImmutableSandboxedEnvironment

SECONDS_MAX, BYTES_MAX, MEMORY_MAX = 3, 16 << 20, 1 << 30
POWER_BITS_MAX, REPEATED_MAX = 4096, 1000000
ENCRYPTED, UNSAFE = "\x01vault", "\x01unsafe"
FILTERS = set("""b64decode b64encode basename bool checksum combine comment dict2items dirname
extract flatten from_json from_yaml from_yaml_all hash items2dict mandatory md5 path_join quote
regex_escape regex_findall regex_replace regex_search sha1 split splitext subelements ternary
to_datetime to_json to_nice_json to_nice_yaml to_uuid to_yaml type_debug win_basename win_dirname
win_splitdrive combinations difference human_readable human_to_bytes intersect log permutations pow
product rekey_on_member root symmetric_difference union unique zip zip_longest urldecode
urlsplit""".split())
TESTS = set("""all any falsy truthy match regex search version version_compare contains isnan
issubset issuperset nan subset superset uri url urn""".split())
OPTIONS = set("""block_start_string block_end_string variable_start_string variable_end_string
comment_start_string comment_end_string line_statement_prefix line_comment_prefix trim_blocks
lstrip_blocks newline_sequence keep_trailing_newline""".split())

class OutOfTime(BaseException):
    pass

class Encrypted(Exception):
    pass

class Closed:
    "An encrypted value: it may be handed on, and nothing else."
    __slots__ = ("_name",)
    def __init__(self, name):
        self._name = name
    def _refuse(self, *_, **__):
        raise Encrypted(self._name)
    def __getattr__(self, name):
        raise Encrypted(self._name)
    __str__ = __repr__ = __format__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mul__ = _refuse
    __mod__ = __rmod__ = __int__ = __float__ = __index__ = __call__ = __hash__ = _refuse

def shown(number):
    return number if number.bit_length() < 64 else "a number of %d bits" % number.bit_length()

class Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("**", "*"))
    def call_binop(self, context, operator, left, right):
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            if left.bit_length() * right > POWER_BITS_MAX:
                raise SecurityError("%s ** %s is too large" % (shown(left), shown(right)))
        elif operator == "*":
            for text, times in ((left, right), (right, left)):
                if isinstance(text, (str, list, tuple)) and isinstance(times, int):
                    if len(text) * times > REPEATED_MAX:
                        raise SecurityError("a repetition is too large")
        return super().call_binop(context, operator, left, right)
    def join_path(self, template, parent):
        beside = os.path.normpath(os.path.join(os.path.dirname(parent), template))
        return beside if beside in request["files"] else os.path.normpath(template)

class HostContext(Context):
    "Variables of the host below what the template sets, above Jinja's own names; made when used."
    def resolve_or_missing(self, key):
        if key in self.vars:
            return self.vars[key]
        if key in self.parent and key not in self.environment.globals:
            return self.parent[key]
        if key in current:
            try:
                return current[key]
            except jinja2.UndefinedError as problem:  # It may stand in a branch that is not taken.
                return self.environment.undefined(hint=str(problem), name=key)
        return self.parent.get(key, missing)

class Files(jinja2.BaseLoader):
    def get_source(self, environment, name):
        if name not in request["files"]:
            raise jinja2.TemplateNotFound(name)
        return request["files"][name].translate({2: None, 3: None}), name, lambda: True

class Places(Extension):
    "Marks the start of each line with the place that it is written at."
    def filter_stream(self, stream):
        for token in stream:
            if token.type != "data" or stream.name not in order:
                yield token
                continue
            lines, text = token.value.split("\n"), ""
            for i, line in enumerate(lines):
                mark = "\x02%d:%d\x03" % (order[stream.name], token.lineno + i)
                text += ("\n" if i else "") + mark + line
            yield jinja2.lexer.Token(token.lineno, "data", text)

class Variables(collections.abc.Mapping):
    __module__ = "builtins"  # Messages name the class.
    def __init__(self, host):
        self._layers = [request["layers"][i] for i in reversed(host["layers"])]
        name = host["name"]
        self._known = {"inventory_hostname": name, "inventory_hostname_short": name.split(".")[0],
                       "group_names": sorted(host["groups"]), "groups": request["groups"],
                       "hostvars": everyone, "ansible_managed": "Ansible managed"}
        self._known["vars"] = self
        self._busy = set()
    def __contains__(self, name):
        return name in self._known or name == "ansible_host" or any(
            name in layer for layer in self._layers)
    def __iter__(self):
        return iter(sorted(set(self._known).union(*self._layers)))
    def __len__(self):
        return len(set(self._known).union(*self._layers))
    def __getitem__(self, name):
        if name in self._known:
            return self._known[name]
        for layer in self._layers:
            if name in layer:
                if name in self._busy:
                    raise ValueError("the variable %s refers to itself" % name)
                self._busy.add(name)
                try:
                    self._known[name] = self._value(layer[name], name)
                finally:
                    self._busy.discard(name)
                return self._known[name]
        if name == "ansible_host":
            return self._known["inventory_hostname"]
        raise KeyError(name)
    def _value(self, value, name):
        if isinstance(value, str) and is_jinja(value):
            return evaluate_for(self, value)
        if isinstance(value, list):
            return [self._value(item, name) for item in value]
        if isinstance(value, dict):
            if ENCRYPTED in value:
                return Closed(name)
            if UNSAFE in value:
                return value[UNSAFE]
            return {key: self._value(item, name) for key, item in value.items()}
        return value

class Everyone(collections.abc.Mapping):
    "hostvars"
    __module__ = "builtins"
    def __getitem__(self, name):
        return variables_of[name]
    def __iter__(self):
        return iter(variables_of)
    def __len__(self):
        return len(variables_of)

def lookup(kind, *names, **options):
    if kind not in ("vars", "ansible.builtin.vars"):
        raise SecurityError("lookup('%s') would reach the controller" % kind)
    found = []
    for name in names:
        if name not in current and "default" not in options:
            raise jinja2.UndefinedError("'%s' is undefined" % name)
        found.append(current[name] if name in current else options["default"])
    return found[0] if len(found) == 1 and not options.get("wantlist") else found

def query(kind, *names, **options):
    return lookup(kind, *names, wantlist=True, **options)

def make(is_file, extensions=()):
    "As Ansible sets Jinja up, for values or for files."
    sandbox = Sandbox(undefined=jinja2.StrictUndefined, loader=Files(), trim_blocks=is_file,
                      keep_trailing_newline=is_file, extensions=extensions, cache_size=-1,
                      finalize=(lambda value: "" if value is None else value) if is_file else None)
    sandbox.context_class = HostContext
    sandbox.filters.pop("random", None)
    sandbox.globals.pop("lipsum", None)
    sandbox.globals.update(lookup=lookup, query=query, q=query)
    sandbox.filters.update(ansible_filters)
    sandbox.tests.update(ansible_tests)
    for name in ("tojson", "to_json", "to_nice_json", "to_yaml", "to_nice_yaml"):
        if name in sandbox.filters:
            sandbox.filters[name] = without_closed(sandbox.filters[name])
    return sandbox

def refuse_closed(value):
    if isinstance(value, Closed):
        value._refuse()
    if isinstance(value, collections.abc.Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for item in value:
        refuse_closed(item)

def without_closed(write):
    "Writers of JSON and YAML would say that they do not know the type."
    @functools.wraps(write)
    def checked(*values, **options):
        refuse_closed(values)
        return write(*values, **options)
    return checked

def from_ansible(kind, method, allowed):
    found = {}
    for module in ("core", "mathstuff", "urls", "urlsplit", "uri"):
        try:
            plugin = importlib.import_module("ansible.plugins.%s.%s" % (kind, module))
            given = getattr(getattr(plugin, kind.capitalize() + "Module")(), method)()
        except (ImportError, AttributeError):
            continue
        for name in allowed & set(given):
            found[name] = found["ansible.builtin." + name] = given[name]
    if "ansible.constants" in sys.modules:  # Which has made a folder in the user's home.
        shutil.rmtree(sys.modules["ansible.constants"].DEFAULT_LOCAL_TMP, ignore_errors=True)
    return found

def is_jinja(text):
    return "{{" in text or "{%" in text

def needs_ansible(value):
    "A filter or a test that Jinja2 does not have."
    if isinstance(value, dict):
        return any(needs_ansible(item) for item in value.values())
    if isinstance(value, list):
        return any(needs_ansible(item) for item in value)
    if not isinstance(value, str) or not is_jinja(value):
        return False
    names = re.findall(r"(?:\||\bis(?:\s+not)?\b)\s*([\w.]+)", value)
    return any(name not in plain.filters and name not in plain.tests for name in names)

compiled = {}
def prepare(text):
    body = text.strip()
    inner = body[2:-2]
    if body.startswith("{{") and body.endswith("}}") and "{{" not in inner and "}}" not in inner:
        return values.compile_expression(inner, undefined_to_none=False)
    return values.from_string(text).render

def evaluate_for(variables, text):
    global current
    before, current = current, variables
    try:
        return evaluate(text)
    finally:
        current = before

def evaluate(text):
    if text not in compiled:
        compiled[text] = prepare(text)
    result = compiled[text]()
    if isinstance(result, jinja2.Undefined):
        result._fail_with_undefined_error()
    return result

def plain_value(value):
    if isinstance(value, Closed):
        return {ENCRYPTED: value._name}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, collections.abc.Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return bounded(str(value))

def bounded(text):
    if len(text) > BYTES_MAX:
        raise SecurityError("the text is larger than %d bytes" % BYTES_MAX)
    return text

def render_value(text):
    return {"value": plain_value(evaluate(text))}

def options_of(name):
    "The line '#jinja2: key: value, ...' with which Ansible's templates set options of Jinja."
    first = request["files"].get(name, "").split("\n", 1)[0]
    options = {}
    if first.startswith("#jinja2:"):
        for pair in first[len("#jinja2:"):].split(","):
            key, _, value = pair.partition(":")
            value = value.strip().strip("\"'")
            if key.strip() not in OPTIONS:
                raise SecurityError("%s is not a template option" % key.strip())
            options[key.strip()] = {"true": True, "false": False}.get(value.lower(), value)
    return options

def template(name, sandbox):
    options = options_of(name)
    text = (sandbox.overlay(**options) if options else sandbox).get_template(name).render()
    return text.split("\n", 1)[1] if options and "\n" in text else text

def render(name):
    text = bounded(template(name, texts))
    marked, place, lines = template(name, places), [0, 1], []
    for line in marked.split("\n"):
        first = None
        for part in re.finditer("\x02(\\d+):(\\d+)\x03|([^\x02]+)", line):
            if part.group(1):
                place = [int(part.group(1)), int(part.group(2))]
            elif first is None and part.group(3).strip():
                first = place
        lines.append(first or place)
    shown = re.sub("\x02\\d+:\\d+\x03", "", marked)
    if shown != text:  # A filter has seen the marks: what is alike keeps its place.
        wanted = text.split("\n")
        same = difflib.SequenceMatcher(None, shown.split("\n"), wanted, False)
        moved = [None] * len(wanted)
        for block in same.get_matching_blocks():
            moved[block.b:block.b + block.size] = lines[block.a:block.a + block.size]
        for i in range(len(moved)):
            moved[i] = moved[i] or (moved[i - 1] if i else [0, 1])
        lines = moved
    return {"text": text, "lines": [[files[at], line] for at, line in lines]}

def failure(problem):
    try:
        answer = {"error": " ".join(str(problem).split()) or type(problem).__name__}
    except Encrypted as closed:  # The message would have shown it.
        return failure(closed)
    if isinstance(problem, Encrypted):
        answer["encrypted"] = answer["error"]
    if isinstance(problem, MemoryError):
        answer["error"] = "it needs too much memory"
    if isinstance(problem, RecursionError):
        answer["error"] = "it refers to itself"
    if isinstance(problem, OutOfTime):
        answer["error"] = "it takes longer than %d s of CPU time" % SECONDS_MAX
    if isinstance(problem, jinja2.TemplateNotFound):
        answer["error"] = "there is no template %s" % problem
    trace = problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in order:
            line, template = trace.tb_lineno, trace.tb_frame.f_globals.get("__jinja_template__")
            if isinstance(problem, OutOfTime) and template is not None:
                line = template.get_corresponding_lineno(line)  # Jinja does so for Exception alone.
            answer.update(file=trace.tb_frame.f_code.co_filename, line=line)
        trace = trace.tb_next
    if isinstance(problem, jinja2.TemplateSyntaxError) and problem.name in order:
        answer.update(file=problem.name, line=problem.lineno)
        answer["error"] = problem.message
    return answer

too_slow = set()
def bounded_time(run, text):
    "What was too slow for a host is not tried for the others."
    if text in too_slow:
        return {"error": "", "again": True}
    signal.setitimer(signal.ITIMER_PROF, SECONDS_MAX)
    try:
        return run(text)
    except (Exception, OutOfTime) as problem:
        if isinstance(problem, OutOfTime):
            too_slow.add(text)
        return failure(problem)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)

def out_of_time(*_):
    raise OutOfTime()

def limit_memory():
    with open("/proc/self/statm") as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_MAX, used + MEMORY_MAX))

files = sorted(request["files"])
order = {name: i for i, name in enumerate(files)}
plain = Sandbox()
ansible_filters, ansible_tests = {}, {}
if needs_ansible([request["files"], request["layers"], [h["texts"] for h in request["hosts"]]]):
    ansible_filters = from_ansible("filter", "filters", FILTERS)
    ansible_tests = from_ansible("test", "tests", TESTS)
everyone, current, variables_of = Everyone(), {}, {}
values, texts, places = make(False), make(True), make(True, (Places,))
for host in request["hosts"]:
    variables_of[host["name"]] = Variables(host)
signal.signal(signal.SIGPROF, out_of_time)
limit_memory()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
answers = []
for host in request["hosts"]:
    current = variables_of[host["name"]]
    row = [bounded_time(render_value, text) for text in host["texts"]]
    row += [bounded_time(render, name) for name in host["templates"]]
    answers.append(row)
json.dump(answers, sys.stdout, default=str)
sys.stdout.flush()
os._exit(0)  # What others wanted to do at the end could not open a file.
)python";

}  // namespace compiler::inventory
