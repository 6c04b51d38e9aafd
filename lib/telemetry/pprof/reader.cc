#include "telemetry/pprof/reader.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "telemetry/wire/content_coding.h"
#include "telemetry/wire/proto.h"

namespace telemetry::pprof {
namespace {

using wire::ProtoReader;
using wire::WireType;

/// Ids of one table, and their places. Nearly all writers have 1..n in order.
class Ids {
 public:
  /// Whether the id is none that came before, or 0.
  bool add(uint64_t id) {
    ++count_;
    if (id == count_ && others_.empty()) return true;
    if (others_.empty())
      for (uint64_t before = 1; before < count_; ++before) others_.emplace(before, before);
    return id != 0 && others_.emplace(id, count_).second;
  }
  /// 1..n; 0 for what is not there.
  uint64_t place_of(uint64_t id) const {
    if (others_.empty()) return id <= count_ ? id : 0;
    const auto found = others_.find(id);
    return found == others_.end() ? 0 : found->second;
  }

 private:
  uint64_t count_ = 0;
  std::unordered_map<uint64_t, uint64_t> others_;
};

/// Reads a profile in passes over its fields, since tables may come after what refers to them.
/// The first thing that is wrong is kept; everything after it is of no use.
class ProfileReader {
 public:
  explicit ProfileReader(std::string_view bytes) : bytes_(bytes) {}

  base::Result<Contents> read() {
    read_strings();
    read_head();
    read_mappings();
    read_functions();
    read_locations();
    read_samples();
    if (!problem_.empty()) return base::fail("{}", problem_);
    return std::move(out_);
  }

 private:
  template <class... Of>
  void fail(fmt::format_string<Of...> format, Of&&... of) {
    if (problem_.empty()) problem_ = fmt::format(format, std::forward<Of>(of)...);
  }

  /// Calls `field` for each field of the message, which has to read it or to answer false.
  template <class Field>
  void each_field(std::string_view message, std::string_view what, Field field) {
    ProtoReader in(message);
    while (problem_.empty() && in.next())
      if (!field(in)) in.skip();
    if (!in.ok()) fail("{} is damaged", what);
  }
  /// The messages of one field of the profile.
  template <class Use>
  void each_message(uint32_t tag, Use use) {
    each_field(bytes_, "the profile", [&](ProtoReader& in) {
      if (in.tag() != tag) return false;
      const std::string_view message = in.bytes();
      if (in.ok()) use(message);
      return true;
    });
  }
  /// Numbers of a repeated field, packed or not.
  template <class Use>
  void each_number(ProtoReader& in, Use use) {
    if (in.type() == WireType::varint) return use(in.varint());
    wire::ByteReader packed(in.bytes());
    while (packed.ok() && !packed.rest().empty()) {
      const uint64_t number = packed.varint();
      if (packed.ok()) use(number);
    }
    if (!packed.ok()) fail("a list of numbers is damaged");
  }

  std::string_view text(uint64_t index) {
    if (index < strings_.size()) return strings_[index];
    fail("string {} of {} is used", index, strings_.size());
    return {};
  }
  uint64_t place(const Ids& ids, uint64_t id, std::string_view what) {
    const uint64_t found = ids.place_of(id);
    if (found == 0) fail("{} {} is used and not there", what, id);
    return found;
  }
  void add_id(Ids& ids, uint64_t id, std::string_view what) {
    if (!ids.add(id)) fail("{} id {} is 0 or there twice", what, id);
  }

  void read_strings() {
    each_message(field::profile::kString, [&](std::string_view string) {
      if (!base::is_utf8(string)) fail("string {} is not UTF-8", strings_.size());
      strings_.push_back(string);
    });
    if (strings_.empty() || !strings_.front().empty()) fail("the first string is not \"\"");
  }

  ValueType read_value_type(std::string_view message) {
    ValueType type;
    each_field(message, "a value type", [&](ProtoReader& in) {
      if (in.tag() == field::value_type::kType)
        type.type = text(in.varint());
      else if (in.tag() == field::value_type::kUnit)
        type.unit = text(in.varint());
      else
        return false;
      return true;
    });
    return type;
  }

  void read_head() {
    Head& head = out_.head;
    each_field(bytes_, "the profile", [&](ProtoReader& in) {
      switch (in.tag()) {
        case field::profile::kSampleType:
          out_.sample_types.push_back(read_value_type(in.bytes()));
          return true;
        case field::profile::kPeriodType:
          head.period_type = read_value_type(in.bytes());
          return true;
        case field::profile::kDropFrames:
          head.drop_frames = text(in.varint());
          return true;
        case field::profile::kKeepFrames:
          head.keep_frames = text(in.varint());
          return true;
        case field::profile::kTime:
          head.time_ns = static_cast<int64_t>(in.varint());
          return true;
        case field::profile::kDuration:
          head.duration_ns = static_cast<int64_t>(in.varint());
          return true;
        case field::profile::kPeriod:
          head.period = static_cast<int64_t>(in.varint());
          return true;
        case field::profile::kComment:
          each_number(in, [&](uint64_t number) { head.comments.push_back(text(number)); });
          return true;
        case field::profile::kDefaultSampleType:
          head.default_sample_type = text(in.varint());
          return true;
        default:
          return false;
      }
    });
    if (out_.sample_types.empty()) fail("there is no sample type");
  }

  void read_mappings() {
    each_message(field::profile::kMapping, [&](std::string_view message) {
      Mapping& mapping = out_.mappings.emplace_back();
      uint64_t id = 0;
      each_field(message, "a mapping", [&](ProtoReader& in) {
        switch (in.tag()) {
          case field::kId:
            id = in.varint();
            return true;
          case field::mapping::kStart:
            mapping.start = in.varint();
            return true;
          case field::mapping::kLimit:
            mapping.limit = in.varint();
            return true;
          case field::mapping::kFileOffset:
            mapping.file_offset = in.varint();
            return true;
          case field::mapping::kFile:
            mapping.file = text(in.varint());
            return true;
          case field::mapping::kBuildId:
            mapping.build_id = text(in.varint());
            return true;
          default:
            return false;
        }
      });
      add_id(mapping_ids_, id, "mapping");
    });
  }

  void read_functions() {
    each_message(field::profile::kFunction, [&](std::string_view message) {
      Function& function = out_.functions.emplace_back();
      uint64_t id = 0;
      each_field(message, "a function", [&](ProtoReader& in) {
        switch (in.tag()) {
          case field::kId:
            id = in.varint();
            return true;
          case field::function::kName:
            function.name = text(in.varint());
            return true;
          case field::function::kSystemName:
            function.system_name = text(in.varint());
            return true;
          case field::function::kFile:
            function.file = text(in.varint());
            return true;
          case field::function::kStartLine:
            function.start_line = static_cast<int64_t>(in.varint());
            return true;
          default:
            return false;
        }
      });
      add_id(function_ids_, id, "function");
    });
  }

  Line read_line(std::string_view message) {
    Line line;
    each_field(message, "a line", [&](ProtoReader& in) {
      if (in.tag() == field::line::kFunction)
        line.function = place(function_ids_, in.varint(), "function");
      else if (in.tag() == field::line::kLine)
        line.line = static_cast<int64_t>(in.varint());
      else
        return false;
      return true;
    });
    if (line.function == 0) fail("a line has no function");
    return line;
  }

  void read_locations() {
    each_message(field::profile::kLocation, [&](std::string_view message) {
      Contents::Location& location = out_.locations.emplace_back();
      location.first_line = out_.lines.size();
      uint64_t id = 0;
      each_field(message, "a location", [&](ProtoReader& in) {
        switch (in.tag()) {
          case field::kId:
            id = in.varint();
            return true;
          case field::location::kMapping:
            if (const uint64_t mapping = in.varint(); mapping != 0)
              location.mapping = place(mapping_ids_, mapping, "mapping");
            return true;
          case field::location::kAddress:
            location.address = in.varint();
            return true;
          case field::location::kLine:
            out_.lines.push_back(read_line(in.bytes()));
            return true;
          default:
            return false;
        }
      });
      location.lines = out_.lines.size() - location.first_line;
      add_id(location_ids_, id, "location");
    });
  }

  Label read_label(std::string_view message) {
    Label label;
    each_field(message, "a label", [&](ProtoReader& in) {
      switch (in.tag()) {
        case field::label::kKey:
          label.key = text(in.varint());
          return true;
        case field::label::kText:
          label.text = text(in.varint());
          return true;
        case field::label::kNumber:
          label.number = static_cast<int64_t>(in.varint());
          return true;
        case field::label::kUnit:
          label.unit = text(in.varint());
          return true;
        default:
          return false;
      }
    });
    return label;
  }

  void read_samples() {
    each_message(field::profile::kSample, [&](std::string_view message) {
      Contents::Sample sample{.first_location = out_.stacks.size(),
                              .first_label = out_.labels.size()};
      const size_t first_value = out_.values.size();
      each_field(message, "a sample", [&](ProtoReader& in) {
        switch (in.tag()) {
          case field::sample::kLocations:
            each_number(in, [&](uint64_t id) {
              out_.stacks.push_back(place(location_ids_, id, "location"));
            });
            return true;
          case field::sample::kValues:
            each_number(
                in, [&](uint64_t value) { out_.values.push_back(static_cast<int64_t>(value)); });
            return true;
          case field::sample::kLabel:
            out_.labels.push_back(read_label(in.bytes()));
            return true;
          default:
            return false;
        }
      });
      sample.locations = out_.stacks.size() - sample.first_location;
      sample.labels = out_.labels.size() - sample.first_label;
      if (const size_t values = out_.values.size() - first_value;
          values != out_.sample_types.size())
        fail("a sample has {} values, and there are {} sample types", values,
             out_.sample_types.size());
      out_.samples.push_back(sample);
    });
  }

  const std::string_view bytes_;
  std::string problem_;
  std::vector<std::string_view> strings_;
  Ids mapping_ids_, function_ids_, location_ids_;
  Contents out_;
};

constexpr std::string_view kGzipMagic = "\x1f\x8b";

}  // namespace

base::Result<Contents> read(std::string_view bytes) {
  return ProfileReader(bytes).read();
}

base::Result<std::string> uncompressed(std::string_view body, size_t bytes_max) {
  const auto coding = body.starts_with(kGzipMagic) ? wire::Coding::gzip : wire::Coding::none;
  auto content = wire::decode_body(coding, std::string(body), bytes_max);
  if (!content) return base::fail("{}", content.error().message);
  return std::move(*content);
}

bool looks_like_profile(std::string_view body) {
  if (body.starts_with(kGzipMagic)) return true;
  ProtoReader in(body);
  return in.next() && in.tag() <= field::profile::kDefaultSampleType + 1 &&
         (in.type() == WireType::varint || in.type() == WireType::bytes);
}

}  // namespace telemetry::pprof
