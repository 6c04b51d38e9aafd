#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/plan/plan.h"
#include "river/diag/render.h"

namespace compiler::plan {
namespace {

constexpr std::string_view kHost = "HOST";

bool is_name_part(char c) {
  return base::is_word(c) || c == '-';
}

std::string texts_of(const std::vector<migrate::streams::StreamFamily>& families) {
  std::vector<std::string> texts;
  for (const auto& family : families)
    texts.push_back(river::diag::redact(family.text(), 0).line);  // As the labels' own lines.
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, " "));
}

}  // namespace

std::string with_name(std::string_view text, std::string_view host, std::string_view name) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t found = std::min(text.find(host, at), text.size());
    out += text.substr(at, found - at);
    if (found == text.size()) break;
    const size_t end = found + host.size();
    const bool stands_alone = (found == 0 || !is_name_part(text[found - 1])) &&
                              (end == text.size() || !is_name_part(text[end]));
    out += stands_alone ? name : host;
    at = end;
  }
  return out;
}

std::optional<Change> stream_change(const migrate::streams::Change& change) {
  using migrate::streams::StreamFamily;
  std::vector<StreamFamily> before = change.before, after = change.after;
  std::erase_if(before, [&](const StreamFamily& one) {
    const auto twin = std::find_if(after.begin(), after.end(), [&](const StreamFamily& other) {
      return one.labels == other.labels && one.unsure == other.unsure;
    });
    if (twin == after.end()) return false;
    after.erase(twin);
    return true;
  });
  if (before.empty() && after.empty()) return std::nullopt;
  const std::string whose = change.service.empty() ? "" : fmt::format(" of {}", change.service);
  const bool is_lost = after.empty(), is_new = before.empty();
  return Change{is_lost || is_new ? Level::targets : Level::labels, !is_new,
                fmt::format("streams{}: {} -> {}", whose, texts_of(before), texts_of(after))};
}

std::vector<Group> group(const std::map<std::string, std::vector<Change>>& by_host) {
  std::map<std::vector<Change>, std::vector<std::string>> alike;
  for (const auto& [host, changes] : by_host) {
    if (changes.empty()) continue;
    std::vector<Change> named = changes;
    for (Change& change : named) change.text = with_name(change.text, host, kHost);
    std::sort(named.begin(), named.end());
    alike[std::move(named)].push_back(host);
  }
  std::vector<Group> groups;
  for (const auto& [changes, hosts] : alike)
    groups.push_back({hosts, hosts.size() > 1 ? changes : by_host.at(hosts[0])});
  for (Group& one : groups)
    std::stable_sort(one.changes.begin(), one.changes.end(), [](const Change& a, const Change& b) {
      return std::pair(a.is_breaking, a.level) > std::pair(b.is_breaking, b.level);
    });
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.hosts.size() > b.hosts.size(); });
  return groups;
}

}  // namespace compiler::plan
