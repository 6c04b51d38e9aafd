#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/otelcol/shared/match_properties/signature.h"
#include "telemetry/otlp/model.h"

namespace re2 {
class RE2;
}

namespace components::otelcol {

/// A text to compare with, or a regex that is to be found.
class TextMatch {
 public:
  TextMatch(const std::string& pattern, MatchType type);
  bool matches(std::string_view text) const;

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;  ///< nullptr: compared
};

/// `include` or `exclude`, ready for use. Immutable.
class Match {
 public:
  explicit Match(const MatchProperties& properties);

  bool matches(telemetry::Signal signal, telemetry::otlp::Item& item) const;

 private:
  using Texts = std::vector<TextMatch>;  ///< empty: not asked for
  struct OfAttribute {
    std::string key;
    river::Value value;
    std::optional<TextMatch> text;  ///< of a value that is text
  };
  struct OfLibrary {
    TextMatch name;
    std::optional<TextMatch> version;
  };

  static bool any_of(const Texts& texts, std::string_view text);
  static bool all_of(const std::vector<OfAttribute>& wanted, telemetry::otlp::Node* owner);
  bool matches_span(telemetry::otlp::Node& span) const;
  bool matches_record(telemetry::otlp::Node& record) const;
  bool matches_origin(telemetry::otlp::Item& item) const;

  MatchType type_;
  Texts services_, span_names_, span_kinds_, bodies_, severity_texts_, metric_names_;
  std::optional<MatchSeverity> severity_;
  std::vector<OfAttribute> attributes_, resources_;
  std::vector<OfLibrary> libraries_;
  bool asks_for_span_, asks_for_record_;
};

}  // namespace components::otelcol
