#include "compiler/migrate/streams/pairing.h"

#include <algorithm>
#include <set>

namespace compiler::migrate::streams {

namespace {

bool same(const StreamFamily& a, const StreamFamily& b) {
  return a.labels == b.labels && a.unsure == b.unsure;
}

void take_out_common(std::vector<StreamFamily>& before, std::vector<StreamFamily>& after,
                     std::vector<StreamFamily>& common) {
  std::erase_if(before, [&](const StreamFamily& one) {
    const auto twin = std::find_if(after.begin(), after.end(),
                                   [&](const StreamFamily& other) { return same(one, other); });
    if (twin == after.end()) return false;
    common.push_back(one);
    after.erase(twin);
    return true;
  });
}

}  // namespace

std::vector<StreamFamily> of_service(const std::vector<StreamFamily>& families,
                                     std::string_view service) {
  std::vector<StreamFamily> out;
  std::copy_if(families.begin(), families.end(), std::back_inserter(out),
               [&](const StreamFamily& family) { return family.service == service; });
  return out;
}

void pair_up(const std::string& host, const std::vector<StreamFamily>& before,
             const std::vector<StreamFamily>& after, Mapping& mapping) {
  std::set<std::string> services;
  for (const auto* families : {&before, &after})
    for (const StreamFamily& family : *families) services.insert(family.service);
  for (const std::string& service : services) {
    Change change{host, service, of_service(before, service), of_service(after, service)};
    take_out_common(change.before, change.after, mapping.unchanged);
    if (!change.before.empty() || !change.after.empty())
      mapping.changes.push_back(std::move(change));
  }
}

}  // namespace compiler::migrate::streams
