#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::impact {

/// Where the value of a label of a line comes from.
struct LabelSource {
  enum class Kind : uint8_t {
    absent,
    stream,  ///< of the stream: `values`
    line,    ///< a parser found it in the line, or it is structured metadata: not known
    made,    ///< a template or a condition made it of others
  };
  Kind kind = Kind::absent;
  streams::Values values;
  std::string id;  ///< of line and made: equal ids are equal values for equal lines

  bool operator==(const LabelSource&) const = default;
};
/// One text for equal sources, another for others.
std::string key_of(const LabelSource& source);

/// The labels that lines or series have where they come from one family.
struct SeriesLabels {
  std::map<std::string, LabelSource> named;  ///< those that are there
  bool open = false;                         ///< and others, which are read from lines

  bool operator==(const SeriesLabels&) const = default;
};
using SeriesPtr = std::shared_ptr<const SeriesLabels>;

}  // namespace compiler::migrate::impact
