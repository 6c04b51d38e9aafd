#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/ensure.h"
#include "base/number.h"
#include "base/text.h"

namespace base::metrics {
namespace {

// Series of a family are objects of one class. An age is a gauge for Prometheus.
constexpr std::string_view kGaugeType = "gauge";
constexpr std::string_view kAgeType = "age";

/// Appends a text as the format has it, without its quotes: one byte that is not UTF-8 would make
/// Prometheus refuse the whole page, so each becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text, std::string_view escaped) {
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (!next.valid) {
      append_utf8(out, next.code_point);
    } else if (text[0] == '\n') {
      out += "\\n";
    } else {
      if (escaped.find(text[0]) != std::string_view::npos) out += '\\';
      out += text.substr(0, next.size);
    }
    text.remove_prefix(next.size);
  }
}

std::string print_labels(const Labels& labels) {
  if (labels.empty()) return "";
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name;
    out += "=\"";
    append_escaped(out, value, "\"\\");
    out += '"';
  }
  return out + "}";
}

/// The object a series points to, made when there is none or the last holder has let go.
template <class T, class... Arguments>
std::shared_ptr<T> revive(std::weak_ptr<Metric>& series, const Arguments&... arguments) {
  if (auto held = series.lock()) return std::static_pointer_cast<T>(std::move(held));
  auto made = std::make_shared<T>(arguments...);
  series = made;
  return made;
}

}  // namespace

void Counter::expose(std::string& out, std::string_view name, std::string_view labels) const {
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, value());
}

void Gauge::expose(std::string& out, std::string_view name, std::string_view labels) const {
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, value());
}

double Age::seconds(Clock::time_point now) const {
  const Clock::time_point since = since_.load(std::memory_order_relaxed);
  if (since >= now) return 0;
  return std::chrono::duration<double>(now - since).count();
}

void Age::expose(std::string& out, std::string_view name, std::string_view labels) const {
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, seconds(Clock::now()));
}

void Histogram::observe(double value, uint64_t times) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<size_t>(bucket)].fetch_add(times, std::memory_order_relaxed);
  sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
}

void Histogram::expose(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string_view inner =
      labels.empty() ? labels : labels.substr(1, labels.size() - 2);  // Without the braces.
  uint64_t count = 0;
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    count += counts_[i].load(std::memory_order_relaxed);
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"", name, inner,
                   inner.empty() ? "" : ",");
    append_float(out, i < bounds_.size() ? bounds_[i] : std::numeric_limits<double>::infinity());
    fmt::format_to(std::back_inserter(out), "\"}} {}\n", count);
  }
  fmt::format_to(std::back_inserter(out), "{}_sum{} {}\n{}_count{} {}\n", name, labels,
                 sum_.load(std::memory_order_relaxed), name, labels, count);
}

std::weak_ptr<Metric>& Registry::series(std::string_view name, std::string_view help,
                                        const Labels& labels, std::string_view type) {
  auto [family, is_new] = families_.try_emplace(std::string(name));
  Family& content = family->second;
  if (is_new) {
    content.help = help;
    content.type = type;
  }
  ENSURE(content.type == type);
  // Twice as many as were alive the last time: looking costs little per series that is added.
  if (content.series.size() >= content.forget_at) {
    content.forget_dead();
    content.forget_at = std::max<size_t>(64, 2 * content.series.size());
  }
  return content.series[print_labels(labels)];
}

void Registry::Family::forget_dead() {
  std::erase_if(series, [](const auto& entry) { return entry.second.expired(); });
}

std::shared_ptr<Counter> Registry::counter(std::string_view name, std::string_view help,
                                           const Labels& labels) {
  Lock lock(mutex_);
  return revive<Counter>(series(name, help, labels, "counter"));
}

std::shared_ptr<Gauge> Registry::gauge(std::string_view name, std::string_view help,
                                       const Labels& labels) {
  Lock lock(mutex_);
  return revive<Gauge>(series(name, help, labels, kGaugeType));
}

std::shared_ptr<Age> Registry::age(std::string_view name, std::string_view help,
                                   const Labels& labels) {
  Lock lock(mutex_);
  return revive<Age>(series(name, help, labels, kAgeType));
}

std::shared_ptr<Histogram> Registry::histogram(std::string_view name, std::string_view help,
                                               const Labels& labels,
                                               std::span<const double> bounds) {
  Lock lock(mutex_);
  return revive<Histogram>(series(name, help, labels, "histogram"), bounds);
}

std::string Registry::expose() {
  Lock lock(mutex_);
  std::string out;
  for (auto family = families_.begin(); family != families_.end();) {
    auto& [name, content] = *family;
    content.forget_dead();
    if (content.series.empty()) {
      family = families_.erase(family);
      continue;
    }
    fmt::format_to(std::back_inserter(out), "# HELP {} ", name);
    append_escaped(out, content.help, "\\");
    fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name,
                   content.type == kAgeType ? kGaugeType : content.type);
    for (const auto& [labels, series] : content.series)
      if (const auto metric = series.lock()) metric->expose(out, name, labels);
    ++family;
  }
  return out;
}

size_t Registry::size() {
  Lock lock(mutex_);
  size_t count = 0;
  for (const auto& [name, family] : families_) count += family.series.size();
  return count;
}

Labels Scope::with_component(Labels labels) const {
  labels.insert(labels.begin(), {"component_id", component_id_});
  return labels;
}

std::shared_ptr<Counter> Scope::counter(std::string_view name, std::string_view help,
                                        Labels labels) const {
  return registry_->counter(name, help, with_component(std::move(labels)));
}

std::shared_ptr<Gauge> Scope::gauge(std::string_view name, std::string_view help,
                                    Labels labels) const {
  return registry_->gauge(name, help, with_component(std::move(labels)));
}

std::shared_ptr<Age> Scope::age(std::string_view name, std::string_view help, Labels labels) const {
  return registry_->age(name, help, with_component(std::move(labels)));
}

std::shared_ptr<Histogram> Scope::histogram(std::string_view name, std::string_view help,
                                            Labels labels, std::span<const double> bounds) const {
  return registry_->histogram(name, help, with_component(std::move(labels)), bounds);
}

}  // namespace base::metrics
