#include "compiler/inventory/render.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/program.h"

namespace compiler::inventory {

namespace {

using Json = nlohmann::json;

/// Reads a request from stdin and answers on stdout, both JSON. Variables are looked up strongest
/// layer first and rendered when used, as Ansible does; `{{ x }}` alone keeps the type of x.
constexpr char kProgram[] = R"python(
import json, sys
try:
    import jinja2
except ImportError:
    sys.exit(3)
request = json.load(sys.stdin)
layers = request["layers"]
environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
compiled = {}

class Variables(dict):
    def __init__(self, host):
        self.layers = [layers[i] for i in reversed(host["layers"])]
        self.known = {"inventory_hostname": host["name"], "group_names": host["groups"],
                      "inventory_hostname_short": host["name"].split(".")[0]}
        self.busy = set()
    def __contains__(self, name):
        return name in self.known or any(name in layer for layer in self.layers)
    def __missing__(self, name):
        if name in self.known:
            return self.known[name]
        for layer in self.layers:
            if name in layer:
                if name in self.busy:
                    raise ValueError("the variable %s refers to itself" % name)
                self.busy.add(name)
                try:
                    self.known[name] = self.value(layer[name])
                finally:
                    self.busy.discard(name)
                return self.known[name]
        raise KeyError(name)
    def value(self, value):
        if isinstance(value, str) and ("{{" in value or "{%" in value):
            return render(value, self)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return value

def prepare(text):
    body = text.strip()
    inner = body[2:-2]
    if body.startswith("{{") and body.endswith("}}") and "{{" not in inner and "}}" not in inner:
        names = jinja2.meta.find_undeclared_variables(environment.parse(text))
        return names, environment.compile_expression(inner, undefined_to_none=False)
    names = jinja2.meta.find_undeclared_variables(environment.parse(text))
    return names, environment.from_string(text).render

def render(text, variables):
    if text not in compiled:
        compiled[text] = prepare(text)
    names, run = compiled[text]
    result = run({name: variables[name] for name in names if name in variables})
    if isinstance(result, jinja2.Undefined):
        result._fail_with_undefined_error()
    return result

import jinja2.meta
answers = []
for host in request["hosts"]:
    variables = Variables(host)
    row = []
    for text in host["texts"]:
        try:
            row.append({"value": render(text, variables)})
        except Exception as problem:
            row.append({"error": str(problem)})
    answers.append(row)
json.dump(answers, sys.stdout, default=str)
)python";
constexpr char kPython[] = "/usr/bin/python3";
constexpr int kNoJinja = 3;

/// YAML values as Jinja sees them. Aliases may repeat big values, so the size is capped.
class ToJson {
 public:
  Json convert(const yaml::Node& node) {
    if (++count_ > kNodesMax || yaml::is_null(node)) return nullptr;
    if (const auto flag = yaml::as_bool(node)) return *flag;
    if (node.kind == yaml::Kind::scalar) {
      const auto number = node.plain ? yaml::as_int(node) : std::nullopt;
      return number ? Json(*number) : Json(std::string(node.text));
    }
    Json result = node.kind == yaml::Kind::list ? Json::array() : Json::object();
    for (const yaml::Node* item : node.items) result.push_back(convert(*item));
    for (const yaml::Pair& pair : node.pairs) result[std::string(pair.key)] = convert(*pair.value);
    return result;
  }

 private:
  static constexpr size_t kNodesMax = 1'000'000;
  size_t count_ = 0;
};

std::string make_request(const std::vector<RenderJob>& jobs) {
  std::unordered_map<const yaml::Node*, size_t> numbers;
  Json layers = Json::array();
  Json hosts = Json::array();
  for (const RenderJob& job : jobs) {
    Json host = {{"name", job.host->name}, {"layers", Json::array()}, {"groups", Json::array()}};
    for (const Group* group : Inventory::group_order(*job.host))
      host["groups"].push_back(group->name);
    for (const yaml::Node* layer : job.host->layers) {
      const auto [at, is_new] = numbers.try_emplace(layer, numbers.size());
      if (is_new) layers.push_back(ToJson().convert(*layer));
      host["layers"].push_back(at->second);
    }
    host["texts"] = Json::array();
    for (const yaml::Node* value : job.values) host["texts"].push_back(value->text);
    hosts.push_back(std::move(host));
  }
  const Json request = {{"layers", std::move(layers)}, {"hosts", std::move(hosts)}};
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<std::string> run_python(const std::string& request) {
  auto output = base::run_program({kPython, "-I", "-c", kProgram}, request);
  if (!output) return tl::unexpected(output.error());
  if (output->exit_code == kNoJinja) return base::fail("{} has no Jinja2", kPython);
  if (output->exit_code != 0) return base::fail("{}: {}", kPython, output->err);
  return std::move(output->out);
}

void report_failure(const std::string& message, const HostEntry& host, const yaml::Node& value,
                    river::diag::Diagnostics& diagnostics) {
  auto& problem = diagnostics.error("F013", value.span, "host {}: {}", host.name, message);
  if (message.find("filter") != std::string::npos || message.find("lookup") != std::string::npos)
    problem.with_help("Jinja2's own filters work here, those of Ansible do not");
}

/// A rendered value as a node that stands where its expression stands.
const yaml::Node* to_node(const Json& value, river::diag::Span span, base::Arena& arena) {
  yaml::Node node{.kind = yaml::Kind::scalar, .span = span};
  if (value.is_array()) {
    std::vector<const yaml::Node*> items;
    for (const Json& item : value) items.push_back(to_node(item, span, arena));
    return yaml::make_list(arena, span, items);
  }
  if (value.is_object()) {
    std::vector<yaml::Pair> pairs;
    for (const auto& [key, item] : value.items())
      pairs.push_back({arena.text(key), span, to_node(item, span, arena)});
    return yaml::make_map(arena, span, pairs);
  }
  node.plain = !value.is_string();
  node.text = arena.text(value.is_string() ? value.get<std::string>() : value.dump());
  return arena.make(node);
}

}  // namespace

void collect_templated(const yaml::Node& node, RenderJob& job) {
  if (!node.templated) return;
  if (node.kind == yaml::Kind::scalar) {
    const bool known = std::any_of(job.values.begin(), job.values.end(),
                                   [&](const yaml::Node* v) { return v->text == node.text; });
    if (!known) job.values.push_back(&node);
  }
  for (const yaml::Node* item : node.items) collect_templated(*item, job);
  for (const yaml::Pair& pair : node.pairs) collect_templated(*pair.value, job);
}

std::vector<RenderedTexts> render(const std::vector<RenderJob>& jobs, Inventory& inventory,
                                  river::diag::Diagnostics& diagnostics) {
  std::vector<RenderedTexts> rendered(jobs.size());
  const auto first = std::find_if(jobs.begin(), jobs.end(),
                                  [](const RenderJob& job) { return !job.values.empty(); });
  if (first == jobs.end()) return rendered;
  const auto answer = run_python(make_request(jobs));
  const Json rows = answer ? Json::parse(*answer, nullptr, false) : Json();
  const bool usable = rows.is_array() && rows.size() == jobs.size();
  if (!usable)
    diagnostics
        .error("F014", first->values[0]->span, "cannot render the Jinja expressions: {}",
               answer ? "the answer is not JSON" : answer.error().message)
        .with_help("install the package python3-jinja2");
  for (size_t i = 0; i < jobs.size(); ++i)
    for (size_t j = 0; j < jobs[i].values.size(); ++j) {
      const yaml::Node& value = *jobs[i].values[j];
      const yaml::Node*& slot = rendered[i][value.text];
      if (!usable) continue;
      const Json& cell = rows[i][j];
      if (cell.contains("value"))
        slot = to_node(cell["value"], value.span, *inventory.arena);
      else
        report_failure(cell["error"].get<std::string>(), *jobs[i].host, value, diagnostics);
    }
  return rendered;
}

const yaml::Node* with_rendered(const yaml::Node& node, const RenderedTexts& rendered,
                                base::Arena& arena) {
  static constexpr yaml::Node kNothing;
  if (!node.templated) return &node;
  if (node.kind == yaml::Kind::scalar) {
    const auto at = rendered.find(node.text);
    return at != rendered.end() && at->second != nullptr ? at->second : &kNothing;
  }
  if (node.kind == yaml::Kind::list) {
    std::vector<const yaml::Node*> items;
    for (const yaml::Node* item : node.items)
      if (const yaml::Node* value = with_rendered(*item, rendered, arena); value != &kNothing)
        items.push_back(value);
    return yaml::make_list(arena, node.span, items);
  }
  std::vector<yaml::Pair> pairs;
  for (const yaml::Pair& pair : node.pairs)
    pairs.push_back({pair.key, pair.key_span, with_rendered(*pair.value, rendered, arena)});
  return yaml::make_map(arena, node.span, pairs);
}

}  // namespace compiler::inventory
