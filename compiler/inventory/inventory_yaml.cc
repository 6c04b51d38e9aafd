#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "compiler/inventory/inventory_parts.h"
#include "river/diag/diagnostics.h"

namespace compiler::inventory {

namespace {

constexpr size_t kNamesMax = 100'000;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// BEGIN ':' END [':' STEP], both ends included.
base::Result<std::vector<std::string>> expand_bounds(std::string_view bounds) {
  const size_t colon = bounds.find(':');
  const std::string_view first = bounds.substr(0, colon);
  std::string_view last = colon == bounds.npos ? "" : bounds.substr(colon + 1);
  int step = 1;
  if (const size_t second = last.find(':'); second != last.npos) {
    step = number(last.substr(second + 1)).value_or(0);
    last = last.substr(0, second);
  }
  const bool letters = first.size() == 1 && last.size() == 1 && base::is_letter(first[0]) &&
                       base::is_letter(last[0]);
  const auto begin = letters ? std::optional<int>(first[0]) : number(first.empty() ? "0" : first);
  const auto end = letters ? std::optional<int>(last[0]) : number(last);
  if (!begin || !end || step < 1) return base::fail("[{}] is not [FIRST:LAST]", bounds);
  if (*begin > *end) return base::fail("[{}] runs backwards", bounds);
  if (static_cast<size_t>(*end - *begin) / static_cast<size_t>(step) >= kNamesMax)
    return base::fail("[{}] names more than {} hosts", bounds, kNamesMax);
  const size_t width = first.size() > 1 && first[0] == '0' ? first.size() : 0;
  std::vector<std::string> names;
  for (int64_t value = *begin; value <= *end; value += step)
    names.push_back(letters ? std::string(1, static_cast<char>(value))
                            : fmt::format("{:0{}}", value, width));
  return names;
}

}  // namespace

base::Result<std::vector<std::string>> expand_host_range(std::string_view pattern) {
  const size_t open = pattern.find('[');
  if (open == pattern.npos) return std::vector{std::string(pattern)};
  const size_t close = pattern.find(']', open);
  if (close == pattern.npos) return base::fail("the [ has no ]");
  const auto middles = expand_bounds(pattern.substr(open + 1, close - open - 1));
  if (!middles) return tl::unexpected(middles.error());
  auto tails = expand_host_range(pattern.substr(close + 1));
  if (!tails) return tails;
  if (middles->size() * tails->size() > kNamesMax)
    return base::fail("it names more than {} hosts", kNamesMax);
  std::vector<std::string> names;
  for (const std::string& middle : *middles)
    for (const std::string& tail : *tails)
      names.push_back(fmt::format("{}{}{}", pattern.substr(0, open), middle, tail));
  return names;
}

HostAddress split_port(std::string_view pattern) {
  const size_t colon = pattern.rfind(':');
  if (colon == pattern.npos || colon + 1 == pattern.size()) return {pattern, {}};
  const auto port = number(pattern.substr(colon + 1));
  std::string_view name = pattern.substr(0, colon);
  if (!port || pattern.find(']', colon) != pattern.npos) return {pattern, {}};
  const bool has_brackets = name.starts_with('[') && name.find(']') + 1 == name.size();
  if (has_brackets) return {name.substr(1, name.size() - 2), port};
  // Other colons: those of a range belong to the name, any else make it an IPv6 address.
  size_t open = 0;
  for (const char c : name) {
    if (c == '[') ++open;
    if (c == ']') --open;
    if (c == ':' && open == 0) return {pattern, {}};
  }
  return {name, port};
}

namespace {

constexpr std::array<std::string_view, 3> kGroupKeys = {"hosts", "children", "vars"};

bool is_below(const Group& group, const Group& top) {
  return &group == &top || std::any_of(group.parents.begin(), group.parents.end(),
                                       [&](const Group* p) { return is_below(*p, top); });
}

/// True for a map; null counts as an empty one; anything else is reported.
bool expect_map(const yaml::Node& node, std::string_view what, InventoryBuilder& builder) {
  if (node.kind == yaml::Kind::map) return true;
  if (!yaml::is_null(node))
    builder.diagnostics.error("F004", node.span, "{} must be a map, not {}", what,
                              yaml::describe(node));
  return false;
}

/// {ansible_port: PORT}, for a host that is written with its port.
const yaml::Node* port_variable(int port, river::diag::Span place, base::Arena& arena) {
  const yaml::Node* value = arena.make(yaml::Node{.kind = yaml::Kind::scalar,
                                                  .plain = true,
                                                  .text = arena.text(std::to_string(port)),
                                                  .span = place});
  return yaml::make_map(arena, place, {{"ansible_port", place, value}});
}

void read_host(const yaml::Pair& pair, Group& group, InventoryBuilder& builder) {
  const HostAddress address = split_port(pair.key);
  const auto names = expand_host_range(address.name);
  if (!names) {
    builder.diagnostics.error("F009", pair.key_span, "bad host range: {}", names.error().message);
    return;
  }
  base::Arena& arena = *builder.inventory.arena;
  const bool has_vars = expect_map(*pair.value, "a host's variables", builder);
  for (const std::string& name : *names) {
    HostEntry& host =
        builder.host(name == address.name ? address.name : arena.text(name), pair.key_span);
    if (std::find(host.groups.begin(), host.groups.end(), &group) == host.groups.end())
      host.groups.push_back(&group);
    if (address.port)
      host.layers.insert(host.layers.begin(), port_variable(*address.port, pair.key_span, arena));
    if (has_vars) host.layers.push_back(pair.value);
  }
}

/// `hosts` or `children`: a map; a text is one of them, as Ansible reads it.
template <class Use>
void for_each_name(const yaml::Node& names, std::string_view what, InventoryBuilder& builder,
                   const Use& use) {
  static constexpr yaml::Node kNothing;
  if (const auto name = yaml::as_text(names)) return use({*name, names.span, &kNothing});
  if (!expect_map(names, what, builder)) return;
  for (const yaml::Pair& pair : names.pairs) use(pair);
}

void read_group(std::string_view name, river::diag::Span span, const yaml::Node& body,
                Group* parent, InventoryBuilder& builder) {
  Group& group = builder.group(name, span);
  if (parent != nullptr) builder.adopt(*parent, group, span);
  if (!expect_map(body, "a group", builder)) return;
  for (const yaml::Pair& pair : body.pairs) {
    if (pair.key == "hosts") {
      for_each_name(*pair.value, "hosts", builder,
                    [&](const yaml::Pair& host) { read_host(host, group, builder); });
    } else if (pair.key == "vars") {
      if (expect_map(*pair.value, "vars", builder)) group.inventory_vars.push_back(pair.value);
    } else if (pair.key == "children") {
      for_each_name(*pair.value, "children", builder, [&](const yaml::Pair& child) {
        read_group(child.key, child.key_span, *child.value, &group, builder);
      });
    } else {
      auto& problem = builder.diagnostics.error(
          "F008", pair.key_span, "a group has hosts, children and vars, but no \"{}\"", pair.key);
      if (const auto near = river::diag::did_you_mean(pair.key, kGroupKeys); !near.empty())
        problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
  }
}

}  // namespace

Group& InventoryBuilder::group(std::string_view name, river::diag::Span span) {
  const auto [at, is_new] = groups.try_emplace(name, nullptr);
  if (is_new) {
    at->second = &inventory.groups.emplace_back();
    at->second->name = name;
    at->second->span = span;
  }
  return *at->second;
}

HostEntry& InventoryBuilder::host(std::string_view name, river::diag::Span span) {
  const auto [at, is_new] = hosts.try_emplace(name, inventory.hosts.size());
  if (is_new) {
    HostEntry& added = inventory.hosts.emplace_back();
    added.name = name;
    added.span = span;
  }
  return inventory.hosts[at->second];
}

void InventoryBuilder::adopt(Group& parent, Group& child, river::diag::Span span) {
  if (is_below(parent, child)) {
    diagnostics
        .error("F010", span, "group \"{}\" would contain itself, through \"{}\"", child.name,
               parent.name)
        .note(parent.span, fmt::format("\"{}\" is defined here", parent.name));
    return;
  }
  if (std::find(child.parents.begin(), child.parents.end(), &parent) == child.parents.end())
    child.parents.push_back(&parent);
}

void read_yaml_inventory(const yaml::Node& root, InventoryBuilder& builder) {
  if (!expect_map(root, "an inventory", builder)) return;
  for (const yaml::Pair& pair : root.pairs)
    read_group(pair.key, pair.key_span, *pair.value, nullptr, builder);
}

bool is_inventory_json(const yaml::Node& root) {
  return root.kind == yaml::Kind::map && root.find("_meta") != nullptr;
}

void read_inventory_json(const yaml::Node& root, InventoryBuilder& builder) {
  for (const yaml::Pair& pair : root.pairs) {
    if (pair.key == "_meta" || !expect_map(*pair.value, "a group", builder)) continue;
    Group& group = builder.group(pair.key, pair.key_span);
    for (const yaml::Pair& part : pair.value->pairs) {
      for (const yaml::Node* item : part.value->items) {
        const auto name = yaml::as_text(*item);
        if (!name) continue;
        if (part.key == "children")
          builder.adopt(group, builder.group(*name, item->span), item->span);
        if (part.key == "hosts") builder.host(*name, item->span).groups.push_back(&group);
      }
      if (part.key == "vars" && part.value->kind == yaml::Kind::map)
        group.inventory_vars.push_back(part.value);
    }
  }
  const yaml::Pair* hostvars = root.find("_meta")->value->find("hostvars");
  if (hostvars == nullptr) return;
  for (const yaml::Pair& pair : hostvars->value->pairs) {
    HostEntry& host = builder.host(pair.key, pair.key_span);
    if (pair.value->kind == yaml::Kind::map) host.layers.push_back(pair.value);
  }
}

}  // namespace compiler::inventory
