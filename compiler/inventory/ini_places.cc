#include <unordered_map>

#include "base/text.h"
#include "compiler/inventory/inventory_parts.h"

/// Where the hosts and the variables of INI inventories are written. Ansible reads these files; its
/// answer has no places.
namespace compiler::inventory {

using river::diag::SourceFile;
using river::diag::Span;

namespace {

constexpr std::string_view kBlanks = " \t\r";

struct Place {
  Span name, value;
};

/// "web", "web:vars" of "[web:vars]"; empty: the line begins no section.
std::string_view section_of(std::string_view line) {
  return line.starts_with('[') ? line.substr(1, line.find(']') - 1) : std::string_view();
}

class IniPlaces {
 public:
  void read(const SourceFile& file) {
    file_ = &file;
    std::string_view section, rest = file.text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size() - 1);
      const std::string_view line = base::trimmed(rest.substr(0, end + 1));
      rest.remove_prefix(end + 1);
      if (line.empty() || line[0] == '#' || line[0] == ';') continue;
      if (line[0] == '[')
        section = section_of(line);
      else if (section.ends_with(":vars"))
        add_variable(group_key(section.substr(0, section.rfind(':'))), line);
      else if (!section.ends_with(":children"))
        read_host(line);
    }
  }

  /// Whether a group or a host is written in one of the files; `place` gets where.
  bool find(const std::string& owner, Span& place) const {
    const auto at = owners_.find(owner);
    if (at != owners_.end()) place = at->second;
    return at != owners_.end();
  }

  /// The variables of an owner with their places, where these are known.
  const yaml::Node* placed(const std::string& owner, const yaml::Node& variables,
                           base::Arena& arena) const {
    std::vector<yaml::Pair> pairs(variables.pairs.begin(), variables.pairs.end());
    for (yaml::Pair& pair : pairs) {
      const auto at = variables_.find(variable_key(owner, pair.key));
      if (at == variables_.end()) continue;
      pair.key_span = at->second.name;
      pair.value = yaml::placed_at(at->second.value, *pair.value, arena);
    }
    return yaml::make_map(arena, variables.span, pairs);
  }

  static std::string host_key(std::string_view name) { return fmt::format("host {}", name); }
  static std::string group_key(std::string_view name) { return fmt::format("group {}", name); }

 private:
  static std::string variable_key(const std::string& owner, std::string_view name) {
    return fmt::format("{}\n{}", owner, name);
  }

  Span span_of(std::string_view part) const {
    const auto begin = file_->base + static_cast<uint32_t>(part.data() - file_->text.data());
    return {begin, begin + static_cast<uint32_t>(part.size())};
  }

  /// NAME=VALUE, with or without blanks around the sign.
  void add_variable(const std::string& owner, std::string_view text) {
    const size_t equals = text.find('=');
    if (equals == text.npos) return;
    const std::string_view name = base::trimmed(text.substr(0, equals));
    const std::string_view value = base::trimmed(text.substr(equals + 1));
    variables_[variable_key(owner, name)] = {span_of(name), span_of(value.empty() ? name : value)};
  }

  /// PATTERN NAME=VALUE NAME="VALUE WITH BLANKS" # comment
  void read_host(std::string_view line) {
    const std::string_view pattern = line.substr(0, line.find_first_of(kBlanks));
    const auto names = expand_host_range(split_port(pattern).name);
    if (!names) return;
    std::vector<std::string_view> words;
    for (size_t at = pattern.size(); at < line.size();) {
      at = std::min(line.find_first_not_of(kBlanks, at), line.size());
      const size_t begin = at;
      for (char quote = 0; at < line.size(); ++at) {
        if (quote == 0 && kBlanks.find(line[at]) != kBlanks.npos) break;
        if (line[at] == '"' || line[at] == '\'') quote = quote == 0 ? line[at] : quote;
        if (quote == line[at] && at > begin && line[at - 1] != '=') quote = 0;
      }
      if (begin < line.size() && line[begin] == '#') break;
      words.push_back(line.substr(begin, at - begin));
    }
    for (const std::string& name : *names) {
      owners_.try_emplace(host_key(name), span_of(pattern));
      for (const std::string_view word : words) add_variable(host_key(name), word);
    }
  }

  const SourceFile* file_ = nullptr;
  std::unordered_map<std::string, Span> owners_;
  std::unordered_map<std::string, Place> variables_;
};

}  // namespace

void place_ini(const std::vector<const SourceFile*>& files, InventoryBuilder& builder) {
  IniPlaces places;
  for (const SourceFile* file : files) places.read(*file);
  base::Arena& arena = *builder.inventory.arena;
  for (HostEntry& host : builder.inventory.hosts) {
    const std::string key = IniPlaces::host_key(host.name);
    if (!places.find(key, host.span)) continue;
    for (const yaml::Node*& layer : host.layers) layer = places.placed(key, *layer, arena);
  }
  for (Group& group : builder.inventory.groups)
    for (const yaml::Node*& layer : group.inventory_vars)
      layer = places.placed(IniPlaces::group_key(group.name), *layer, arena);
}

}  // namespace compiler::inventory
