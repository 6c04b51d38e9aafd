#include "compiler/migrate/streams/walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ensure.h"

namespace compiler::migrate::streams {

namespace {

constexpr size_t kPathDepthMax = 100;
constexpr size_t kStepsMax = 10'000;
constexpr size_t kExternalMarkers = 60;
constexpr uint32_t kStreamsMax = 1'000'000;
constexpr std::string_view kTenantLabel = "__tenant_id__";  // A stage sets it for loki.write.

void merge(Values from, Values& to) {
  for (std::string& exact : from.exact)
    if (std::find(to.exact.begin(), to.exact.end(), exact) == to.exact.end())
      to.exact.push_back(std::move(exact));
  for (OpenValue& open : from.open)
    if (std::find(to.open.begin(), to.open.end(), open) == to.open.end())
      to.open.push_back(std::move(open));
}

/// A step that only some of the lines go through is not one of all.
void merge(LineSteps from, LineSteps& to) {
  for (auto& [what, step] : to) {
    const auto other = from.find(what);
    step.always = step.always && other != from.end() && other->second.always;
    step.perhaps = step.perhaps && (other == from.end() || other->second.perhaps);
  }
  for (auto& [what, step] : from)
    if (to.try_emplace(what, step).second) to[what].always = false;
}

/// Families that differ in where they go are one that goes everywhere.
void fold_copies(std::vector<StreamFamily>& families, size_t first) {
  for (size_t i = first; i < families.size(); ++i)
    for (size_t k = families.size() - 1; k > i; --k) {
      if (families[i].labels != families[k].labels || families[i].unsure != families[k].unsure)
        continue;
      merge(std::move(families[k].steps), families[i].steps);
      families[i].backends.insert(families[k].backends.begin(), families[k].backends.end());
      families.erase(families.begin() + static_cast<ptrdiff_t>(k));
    }
}

bool same_names(const StreamFamily& a, const StreamFamily& b) {
  return a.unsure == b.unsure && a.backends == b.backends &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first; });
}

/// One for each combination of values; unknown text counts as one.
uint32_t estimate(const StreamFamily& family) {
  uint64_t streams = 1;
  for (const auto& [name, values] : family.labels)
    if (name != kServiceName)
      streams = std::min<uint64_t>(
          streams * std::max<size_t>(values.exact.size() + values.open.size(), 1), kStreamsMax);
  return static_cast<uint32_t>(streams);
}

}  // namespace

void Hop::receive(telemetry::LogBatch) {
  ENSURE(false);  // Nothing is sent while labels are worked out.
}

void add_service_name(StreamFamily& family) {
  constexpr std::string_view kSources[] = {"service",
                                           "app",
                                           "application",
                                           "app_name",
                                           "name",
                                           "app_kubernetes_io_name",
                                           "container",
                                           "container_name",
                                           "k8s_container_name",
                                           "component",
                                           "workload",
                                           "job",
                                           "k8s_job_name"};
  if (family.labels.contains(kServiceName)) return;
  family.assumes_service_name = true;
  Values made;
  for (const std::string_view source : kSources) {
    const auto found = family.labels.find(source);
    if (found == family.labels.end()) continue;
    Values values = found->second;
    const bool may_be_absent = std::erase(values.exact, "") > 0;
    merge(std::move(values), made);
    if (may_be_absent) continue;
    family.labels.emplace(kServiceName, std::move(made));
    return;
  }
  merge(Values::of("unknown_service"), made);
  family.labels.emplace(kServiceName, std::move(made));
}

void set_all(const NamedTexts& labels, size_t first_marker, Sample& sample) {
  for (const NamedText& label : labels) {
    if (label.value)
      sample.set(label.name, *label.value);
    else
      sample.set(label.name, marker(first_marker++));
  }
}

void Walk::send(const Origin& origin, const std::vector<components::LogsReceiver>& to,
                std::vector<Sample> samples) {
  origin_ = &origin;
  first_of_origin_ = families_.size();
  for (const Sample& sample : samples)
    if (!sample.is_dropped()) forward(to, sample, 0);
  fold_copies(families_, first_of_origin_);
}

void Walk::forward(const std::vector<components::LogsReceiver>& to, const Sample& sample,
                   size_t depth) {
  for (const components::LogsReceiver& receiver : to)
    if (const auto* hop = dynamic_cast<const Hop*>(receiver.pointer.get())) go(*hop, sample, depth);
}

void Walk::go(const Hop& hop, Sample sample, size_t depth) {
  if (depth > kPathDepthMax || ++steps_ > kStepsMax) {
    sample.doubt(fmt::format("the way of its entries is too long at {}", hop.node->id));
    return leave(hop, std::move(sample));
  }
  if (!hop.doubt.empty()) sample.doubt(hop.doubt);
  if (hop.streams.is_backend) return leave(hop, std::move(sample));
  if (!hop.rules.rules.empty()) {
    const Sample before = sample;
    run(hop.rules, sources_, sample);
    if (sample.is_dropped()) return drop(*origin_, dropping_rule(hop.rules, sources_, before));
  }
  if (!hop.streams.change) return forward(hop.streams.forward_to, sample, depth + 1);
  const Passed passed =
      through(hop.streams.change, hop.node->block->body, sources_, std::move(sample));
  for (const PlacedStep& step : passed.dropped) drop(*origin_, step);
  for (const Sample& way : passed.samples) forward(hop.streams.forward_to, way, depth + 1);
}

namespace {

std::string backend_name(const std::string& address, const std::string& tenant) {
  return tenant.empty() ? address : fmt::format("{} for the tenant {}", address, tenant);
}

/// Where a sample goes from a backend's component. A stage may have set its tenant.
std::set<std::string> backends_of(const Hop& backend, const Sample& sample) {
  std::set<std::string> out;
  std::string tenant;
  OpenValue known = without_markers(sample.labels[0].get(kTenantLabel), 0);
  tenant = fmt::format("{}", fmt::join(known.literals, "…"));
  const bool may_be_absent = tenant.empty() || sample.maybe.contains(kTenantLabel);
  for (const NamedText& one : backend.backends) {
    if (!tenant.empty()) out.insert(backend_name(one.name, tenant));
    if (may_be_absent) out.insert(backend_name(one.name, one.value.value_or("")));
  }
  return out;
}

}  // namespace

void Walk::leave(const Hop& backend, Sample sample) {
  Sample external;
  set_all(backend.external_labels, kExternalMarkers, external);
  for (size_t i = 0; i < kVariants; ++i)  // The stream's own labels win.
    for (const auto& [name, value] : external.labels[i].all())
      if (sample.labels[i].get(name).empty()) sample.labels[i].set(name, value);
  StreamFamily family;
  family.host = host_;
  family.service = origin_->service;
  family.mechanism = origin_->mechanism;
  family.labels = values_of(sample);
  family.origin = origin_->text;
  family.unsure = sample.unsure;
  family.steps = std::move(sample.steps);
  family.backends = backends_of(backend, sample);
  if (family.labels.empty()) return;  // No backend takes entries without labels.
  for (size_t i = first_of_origin_; i < families_.size(); ++i) {
    if (!same_names(families_[i], family)) continue;
    for (auto& [name, values] : family.labels) merge(std::move(values), families_[i].labels[name]);
    merge(std::move(family.steps), families_[i].steps);
    return;
  }
  families_.push_back(std::move(family));
}

Outflow Walk::finish() && {
  for (StreamFamily& family : families_) {
    family.streams = estimate(family);
    add_service_name(family);
  }
  return {std::move(families_), std::move(dropped_)};
}

}  // namespace compiler::migrate::streams
