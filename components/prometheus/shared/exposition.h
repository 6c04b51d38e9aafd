#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace components::prometheus {

struct Label {
  std::string_view name, value;
};

enum class MetricType { counter, gauge, untyped };

/// Writes text exposition format 0.0.4: a family, then its samples. The header of a family is
/// written with its first sample, so one without samples does not show. Label values that are not
/// UTF-8 are mended, because a reader would refuse the whole text. Allocates only to grow.
class Exposition {
 public:
  /// Appends to `out`, which outlives this.
  explicit Exposition(std::string& out) : out_(out) {}

  /// Begins a family whose name is `prefix` and `name`, characters that no name may have replaced.
  void family(std::string_view prefix, std::string_view name, MetricType type,
              std::string_view help);
  void sample(double value, std::span<const Label> labels);
  void sample(double value, std::initializer_list<Label> labels = {}) {
    sample(value, std::span(labels.begin(), labels.size()));
  }
  /// A family of one sample without labels.
  void single(std::string_view prefix, std::string_view name, MetricType type,
              std::string_view help, double value) {
    family(prefix, name, type, help);
    sample(value);
  }
  /// Text that is already in this format.
  void raw(std::string_view text) { out_ += text; }

 private:
  void header();

  std::string& out_;
  std::string name_;
  std::string help_;
  MetricType type_ = MetricType::untyped;
  bool is_begun_ = false;
};

/// Appends the text as a metric or label name: what is not [a-zA-Z0-9_] becomes "_".
void append_name(std::string& out, std::string_view text);

}  // namespace components::prometheus
