#pragma once
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"
#include "telemetry/labels.h"

namespace components::loki::source_file {

enum class Compression { none, gz, z, bz2 };
enum class OnPositionsFileError { restart_from_beginning, restart_from_end, skip };

struct Decompression {
  bool enabled = false;
  river::schema::Duration initial_delay = {};
  Compression format = Compression::none;
};

struct FileWatch {
  river::schema::Duration min_poll_frequency = std::chrono::milliseconds(250);
  river::schema::Duration max_poll_frequency = std::chrono::milliseconds(250);
};

struct FileMatch {
  bool enabled = false;
  river::schema::Duration sync_period = std::chrono::seconds(10);
  river::schema::Duration ignore_older_than = {};
};

struct Arguments {
  river::schema::Targets targets;
  std::vector<LogsReceiver> forward_to;
  std::string encoding = "";
  Decompression decompression;
  FileWatch file_watch;
  FileMatch file_match;
  bool tail_from_end = false;
  std::string legacy_positions_file = "";
  OnPositionsFileError on_positions_file_error = OnPositionsFileError::restart_from_beginning;
};

/// The labels of a target that go along with its lines.
telemetry::Labels public_labels(const river::schema::Target& target);
/// The same of a line in one of its files.
telemetry::Labels with_filename(const telemetry::Labels& labels, std::string_view path);

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_file

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::source_file::Compression>
    kEnumNames<components::loki::source_file::Compression>[] = {
        {"gz", components::loki::source_file::Compression::gz},
        {"z", components::loki::source_file::Compression::z},
        {"bz2", components::loki::source_file::Compression::bz2},
};
template <>
inline constexpr EnumName<components::loki::source_file::OnPositionsFileError>
    kEnumNames<components::loki::source_file::OnPositionsFileError>[] = {
        {"restart_from_beginning",
         components::loki::source_file::OnPositionsFileError::restart_from_beginning},
        {"restart_from_end", components::loki::source_file::OnPositionsFileError::restart_from_end},
        {"skip", components::loki::source_file::OnPositionsFileError::skip},
};
}  // namespace river::schema
