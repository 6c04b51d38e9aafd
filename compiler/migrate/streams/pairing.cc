#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/streams/family.h"

/// What a service sends before and after: the streams that stay, those that change, and what labels
/// do not show.
namespace compiler::migrate::streams {

namespace {

/// One side of a service.
struct Side {
  std::vector<StreamFamily> families;
  std::map<std::string, DroppedLines> dropped;  ///< by what drops them

  bool is_empty() const { return families.empty() && dropped.empty(); }
};
using Sides = std::pair<Side, Side>;

Side side_of(const Outflow& all, const std::string& service) {
  Side out{of_service(all.families, service), {}};
  for (const DroppedLines& one : all.dropped)
    if (one.service == service) out.dropped.emplace(one.what, one);
  return out;
}

/// What comes by one mechanism.
Side side_of(const Side& all, Mechanism mechanism) {
  Side out;
  for (const StreamFamily& family : all.families)
    if (family.mechanism == mechanism) out.families.push_back(family);
  for (const auto& [what, one] : all.dropped)
    if (one.mechanism == mechanism) out.dropped.emplace(what, one);
  return out;
}

/// What is compared: a service's lines may come otherwise afterwards; lines of no service come by
/// the same mechanism, or are others.
std::vector<Sides> compared(const std::string& service, const Side& before, const Side& after) {
  std::vector<Sides> out;
  if (!service.empty()) out.emplace_back(before, after);
  if (service.empty())
    for (const Mechanism one :
         {Mechanism::syslog, Mechanism::docker, Mechanism::journal, Mechanism::file})
      out.emplace_back(side_of(before, one), side_of(after, one));
  std::erase_if(
      out, [](const Sides& sides) { return sides.first.is_empty() || sides.second.is_empty(); });
  return out;
}

bool same_drops(const Sides& sides) {
  const auto &a = sides.first.dropped, &b = sides.second.dropped;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first; });
}

bool same_steps(const LineSteps& a, const LineSteps& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.always == y.second.always;
  });
}

bool same(const StreamFamily& a, const StreamFamily& b) {
  return a.labels == b.labels && a.unsure == b.unsure && a.backends == b.backends &&
         same_steps(a.steps, b.steps);
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

/// How much of a service's lines goes through a step.
enum class Share : uint8_t { none, some, all };

Share share_of(const std::string& what, const Side& side) {
  size_t always = 0, some = 0;
  for (const StreamFamily& family : side.families)
    if (const auto found = family.steps.find(what); found != family.steps.end())
      ++(found->second.always ? always : some);
  if (always > 0 && always == side.families.size()) return Share::all;
  return always + some > 0 || side.dropped.contains(what) ? Share::some : Share::none;
}

std::string at(const LineStep& step) {
  return step.place.empty() ? step.name : fmt::format("{} at {}", step.name, step.place);
}

LineNote step_note(const std::string& whose, const LineStep& step, bool more_after) {
  if (step.perhaps)
    return {LineNote::Kind::changed,
            fmt::format("Whether {} goes through lines of {} {} depends on labels that are not "
                        "known.",
                        at(step), whose, more_after ? "after the move" : "today")};
  if (!step.drops)
    return {LineNote::Kind::changed,
            fmt::format("{} changes {} lines of {} {}.", at(step), more_after ? "more" : "fewer",
                        whose, "after the move than today")};
  if (more_after)
    return {LineNote::Kind::gone,
            fmt::format("{} drops lines of {} after the move that it lets pass today.", at(step),
                        whose)};
  return {
      LineNote::Kind::more,
      fmt::format("{} drops lines of {} today that it lets pass after the move.", at(step), whose)};
}

void add_step_notes(const std::string& whose, const Side& before, const Side& after,
                    std::vector<LineNote>& notes) {
  LineSteps all;
  for (const Side* side : {&before, &after}) {
    for (const auto& [what, one] : side->dropped) all.emplace(what, one.step);
    for (const StreamFamily& family : side->families)
      all.insert(family.steps.begin(), family.steps.end());
  }
  for (const auto& [what, step] : all) {
    const Share old_share = share_of(what, before), new_share = share_of(what, after);
    if (old_share != new_share) notes.push_back(step_note(whose, step, new_share > old_share));
  }
}

std::set<std::string> backends_of(const Side& side) {
  std::set<std::string> out;
  for (const StreamFamily& family : side.families)
    out.insert(family.backends.begin(), family.backends.end());
  return out;
}

void add_backend_note(const std::string& whose, const Side& before, const Side& after,
                      std::vector<LineNote>& notes) {
  const auto old = backends_of(before), now = backends_of(after);
  if (old == now || old.empty() || now.empty()) return;
  const bool keeps = std::includes(now.begin(), now.end(), old.begin(), old.end());
  if (keeps) {
    std::vector<std::string> added;
    std::set_difference(now.begin(), now.end(), old.begin(), old.end(), std::back_inserter(added));
    notes.push_back(
        {LineNote::Kind::copied, fmt::format("Lines of {} go to {} as well after the move.", whose,
                                             fmt::join(added, ", "))});
    return;
  }
  notes.push_back({LineNote::Kind::elsewhere,
                   fmt::format("Lines of {} go to {} today and to {} after the move: a datasource "
                               "that reads the one does not find what the other has.",
                               whose, fmt::join(old, ", "), fmt::join(now, ", "))});
}

std::vector<LineNote> notes_of(const std::string& whose, const std::vector<Sides>& all) {
  std::vector<LineNote> notes;
  for (const auto& [before, after] : all) {
    add_step_notes(whose, before, after, notes);
    add_backend_note(whose, before, after, notes);
  }
  return notes;
}

}  // namespace

void pair_up(const std::string& host, const Outflow& before, const Outflow& after,
             Mapping& mapping) {
  std::set<std::string> services;
  for (const Outflow* side : {&before, &after}) {
    for (const StreamFamily& family : side->families) services.insert(family.service);
    for (const DroppedLines& one : side->dropped) services.insert(one.service);
  }
  for (const std::string& service : services) {
    Side old = side_of(before, service), now = side_of(after, service);
    const auto all = compared(service, old, now);
    if (std::all_of(all.begin(), all.end(), same_drops))
      take_out_common(old.families, now.families, mapping.unchanged);
    if (old.families.empty() && now.families.empty()) continue;
    const std::string whose = service.empty() ? host : fmt::format("{}/{}", host, service);
    auto notes = notes_of(whose, compared(service, old, now));
    mapping.changes.push_back(
        {host, service, std::move(old.families), std::move(now.families), std::move(notes)});
  }
}

}  // namespace compiler::migrate::streams
