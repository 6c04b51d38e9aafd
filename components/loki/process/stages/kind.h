#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "river/schema/field.h"

namespace telemetry {
class LabelTracker;
}

/// What kinds of stage there are, and a stage as it is written in a configuration. Each stage's
/// source defines its arguments and its StageKind, kinds.h declares it, and kind.cc lists them all.
namespace components::loki::process::stages {

class Stage;
class StageArgs;
struct Build;
using StagePointer = std::unique_ptr<Stage>;

/// Sees the stages of a pipeline as they are made, in written order, those within others after
/// them.
class StageWatch {
 public:
  virtual ~StageWatch() = default;
  /// A stage is about to be made; its number, from 0 on.
  virtual size_t next() = 0;
  /// The stage, or another in its place.
  virtual StagePointer watch(size_t number, const StageArgs& args, StagePointer stage) = 0;
  /// The time that stages take for the present.
  virtual int64_t now_ns() const = 0;
};

/// The time of day.
class Now {
 public:
  explicit Now(const StageWatch* watch) : watch_(watch) {}
  int64_t ns() const;

 private:
  const StageWatch* watch_;  // nullptr: the clock's.
};

/// All that is known of a kind of stage: how it is written, and how it is made.
struct StageKind {
  std::string_view name;  ///< "stage.drop"
  std::string_view doc;
  river::schema::BlockSchema schema;
  std::shared_ptr<void> (*make_args)() = nullptr;
  /// nullptr: the stage has no effect, which checking the configuration reports.
  StagePointer (*make)(const void* args, Build& build) = nullptr;
  /// Says what the stage does to labels. nullptr: nothing.
  void (*track)(const void* args, telemetry::LabelTracker& labels) = nullptr;
};

/// A kind of stage with the type of its arguments.
template <class ArgsType>
struct StageKindOf : StageKind {
  using Args = ArgsType;
};

/// `kMake` makes the stage, `kTrack` says what it does to labels; nullptr as in StageKind.
template <class Args, StagePointer (*kMake)(const Args&, Build&) = nullptr,
          void (*kTrack)(const Args&, telemetry::LabelTracker&) = nullptr>
constexpr StageKindOf<Args> stage_kind(std::string_view name, std::string_view doc,
                                       river::schema::BlockSchema schema) {
  StageKindOf<Args> kind{{name, doc, schema, river::schema::make_arguments<Args>}};
  if constexpr (kMake != nullptr)
    kind.make = [](const void* args, Build& build) {
      return kMake(*static_cast<const Args*>(args), build);
    };
  if constexpr (kTrack != nullptr)
    kind.track = [](const void* args, telemetry::LabelTracker& labels) {
      kTrack(*static_cast<const Args*>(args), labels);
    };
  return kind;
}

void note_extraction(telemetry::LabelTracker& labels);
void note_drop(telemetry::LabelTracker& labels);
void note_line_change(telemetry::LabelTracker& labels);
/// kTrack of stages that do nothing to labels but drop lines.
template <class Args>
void track_drop(const Args&, telemetry::LabelTracker& labels) {
  note_drop(labels);
}
/// kTrack of stages that do nothing to labels but change lines.
template <class Args>
void track_line_change(const Args&, telemetry::LabelTracker& labels) {
  note_line_change(labels);
}
/// kTrack of stages that do nothing to labels but take values from the line.
template <class Args>
void track_extraction(const Args&, telemetry::LabelTracker& labels) {
  note_extraction(labels);
}

/// The arguments of one stage, whichever kind it is of. Copies share the arguments: nothing changes
/// them once they are decoded.
class StageArgs {
 public:
  explicit StageArgs(const StageKind& kind) : kind_(&kind), args_(kind.make_args()) {}

  /// The arguments of a stage of this kind; nullptr: it is of another.
  template <class Args>
  const Args* as(const StageKindOf<Args>& kind) const {
    return is(kind) ? static_cast<const Args*>(args_.get()) : nullptr;
  }
  bool is(const StageKind& kind) const { return kind_ == &kind; }
  /// nullptr: the stage has no effect.
  StagePointer make(Build& build) const;
  /// Says what the stage does to labels.
  void track(telemetry::LabelTracker& labels) const;

  /// For decoding and encoding, by the kind's schema.
  void* data() const { return args_.get(); }

 private:
  const StageKind* kind_;
  std::shared_ptr<void> args_;
};

/// The `stage.*` blocks of loki.process and of stage.match, in written order.
using StageList = std::vector<StageArgs>;
/// Says what the stages do to labels, one after another.
void track(const StageList& stages, telemetry::LabelTracker& labels);

/// Every kind of stage as a block of a StageList, to be squashed into the struct that has one.
extern const river::schema::BlockSchema kStageBlocks;

}  // namespace components::loki::process::stages
