#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ensure.h"

namespace base::metrics {
namespace {

std::string print_labels(const Labels& labels) {
  if (labels.empty()) return "";
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name;
    out += "=\"";
    for (const char c : value) {
      if (c == '\n') {
        out += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + "}";
}

/// The object a series points to, made when there is none or the last holder has let go.
template <class T>
std::shared_ptr<T> revive(std::weak_ptr<T>& weak) {
  auto held = weak.lock();
  if (!held) weak = held = std::make_shared<T>();
  return held;
}

}  // namespace

Registry::Series& Registry::series(std::string_view name, std::string_view help,
                                   const Labels& labels, bool is_counter) {
  auto [family, is_new] = families_.try_emplace(std::string(name));
  if (is_new) {
    family->second.help = help;
    family->second.is_counter = is_counter;
  }
  Family& content = family->second;
  ENSURE(content.is_counter == is_counter);
  // Twice as many as were alive the last time: looking costs little per series that is added.
  if (content.series.size() >= content.forget_at) {
    content.forget_dead();
    content.forget_at = std::max<size_t>(64, 2 * content.series.size());
  }
  return content.series[print_labels(labels)];
}

void Registry::Family::forget_dead() {
  std::erase_if(series, [](const auto& entry) {
    return entry.second.counter.expired() && entry.second.gauge.expired();
  });
}

std::shared_ptr<Counter> Registry::counter(std::string_view name, std::string_view help,
                                           const Labels& labels) {
  Lock lock(mutex_);
  return revive(series(name, help, labels, true).counter);
}

std::shared_ptr<Gauge> Registry::gauge(std::string_view name, std::string_view help,
                                       const Labels& labels) {
  Lock lock(mutex_);
  return revive(series(name, help, labels, false).gauge);
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
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, content.help,
                   name, content.is_counter ? "counter" : "gauge");
    for (const auto& [labels, series] : content.series) {
      if (const auto counter = series.counter.lock())
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, counter->value());
      else if (const auto gauge = series.gauge.lock())
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, gauge->value());
    }
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

std::shared_ptr<Counter> Scope::counter(std::string_view name, std::string_view help,
                                        Labels labels) const {
  labels.insert(labels.begin(), {"component_id", component_id_});
  return registry_->counter(name, help, labels);
}

std::shared_ptr<Gauge> Scope::gauge(std::string_view name, std::string_view help,
                                    Labels labels) const {
  labels.insert(labels.begin(), {"component_id", component_id_});
  return registry_->gauge(name, help, labels);
}

}  // namespace base::metrics
