#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/exporter_unix/signature.h"
#include "components/prometheus/shared/exposition.h"
#include "components/prometheus/shared/tree.h"
#include "components/prometheus/shared/words.h"

namespace re2 {
class RE2;
}

namespace components::prometheus::exporter_unix::collectors {

/// What one scrape hands to each collector in turn.
struct Scrape {
  Tree& proc;
  Tree& sys;
  Tree& root;
  Tree& udev;
  Exposition& out;
  std::vector<std::string>& names;  ///< for lists of folders; the next collector uses it again
};

/// Measures one topic and writes its families. False: there is nothing of this kind on the host, or
/// it could not be read; what was written until then stays.
using Collect = std::function<bool(Scrape&)>;

/// How a collector is made from the arguments. Its name is in kCollectorNames.
struct CollectorKind {
  std::string_view name;
  Collect (*make)(const Arguments& arguments);
};

/// One list for each file in collectors/.
std::span<const CollectorKind> cpu_collectors();
std::span<const CollectorKind> disk_collectors();
std::span<const CollectorKind> filesystem_collectors();
std::span<const CollectorKind> hardware_collectors();
std::span<const CollectorKind> hwmon_collectors();
std::span<const CollectorKind> interrupt_collectors();
std::span<const CollectorKind> kernel_collectors();
std::span<const CollectorKind> network_collectors();
std::span<const CollectorKind> netclass_collectors();
std::span<const CollectorKind> process_collectors();
std::span<const CollectorKind> protocol_collectors();
std::span<const CollectorKind> storage_collectors();
std::span<const CollectorKind> system_collectors();
std::span<const CollectorKind> tcp_collectors();
std::span<const CollectorKind> textfile_collectors();
std::span<const CollectorKind> time_collectors();

/// The collector of all lists that has this name, or nullptr.
const CollectorKind* kind_of(std::string_view name);

/// A collector that is a function without state of its own.
template <bool (*kFunction)(Scrape&)>
Collect stateless(const Arguments&) {
  return kFunction;
}

/// A pattern of the arguments, matched anywhere in a text. One that is empty matches nothing.
class Pattern {
 public:
  explicit Pattern(const river::schema::Regex& regex);
  bool is_given() const { return regex_ != nullptr; }
  bool matches(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

/// An include and an exclude pattern; without patterns everything passes.
class Filter {
 public:
  Filter(const river::schema::Regex& include, const river::schema::Regex& exclude)
      : include_(include), exclude_(exclude) {}
  bool passes(std::string_view name) const {
    return !exclude_.matches(name) && (!include_.is_given() || include_.matches(name));
  }

 private:
  Pattern include_, exclude_;
};

inline constexpr MetricType kCounter = MetricType::counter;
inline constexpr MetricType kGauge = MetricType::gauge;
inline constexpr MetricType kUntyped = MetricType::untyped;

}  // namespace components::prometheus::exporter_unix::collectors
