#include "telemetry/pprof/builder.h"

#include "base/ensure.h"
#include "telemetry/text.h"
#include "telemetry/wire/content_coding.h"
#include "telemetry/wire/proto.h"

namespace telemetry::pprof {
namespace {

using wire::append_bytes;
using wire::append_number;
using wire::append_varint;

/// Key, length and id of a message in the profile, about.
constexpr size_t kMessageBytes = 8;

/// What is nothing is left out, as protocol buffers do.
void append_if(std::string& out, uint32_t tag, uint64_t value) {
  if (value != 0) append_varint(out, tag, value);
}

std::vector<std::pair<std::string, std::string>> copied(std::span<const ValueType> types) {
  std::vector<std::pair<std::string, std::string>> copies;
  for (const ValueType& type : types) copies.emplace_back(type.type, type.unit);
  return copies;
}

}  // namespace

Builder::Table::Found Builder::Table::find(const std::string& message) {
  const auto [place, is_new] = ids_.try_emplace(message, in_order_.size() + 1);
  if (is_new) in_order_.push_back(&place->first);
  return {place->second, is_new};
}

void Builder::Table::clear() {
  ids_.clear();
  in_order_.clear();
}

Builder::Builder(std::span<const ValueType> sample_types) : types_(copied(sample_types)) {
  ENSURE(!types_.empty());
}

uint64_t Builder::id_in(Table& table, const std::string& message) {
  const auto found = table.find(message);
  if (found.is_new) bytes_ += message.size() + kMessageBytes;
  return found.id;
}

/// An index of the string table, where "" is 0.
uint64_t Builder::text(std::string_view text) {
  if (text.empty()) return 0;
  return id_in(strings_, is_utf8(text) ? std::string(text) : valid_utf8(text));
}

void Builder::append_text(std::string& out, uint32_t tag, std::string_view content) {
  append_if(out, tag, text(content));
}

uint64_t Builder::mapping(const Mapping& mapping) {
  std::string message;
  append_if(message, field::mapping::kStart, mapping.start);
  append_if(message, field::mapping::kLimit, mapping.limit);
  append_if(message, field::mapping::kFileOffset, mapping.file_offset);
  append_text(message, field::mapping::kFile, mapping.file);
  append_text(message, field::mapping::kBuildId, mapping.build_id);
  const uint64_t id = id_in(mappings_, message);
  if (id > has_lines_.size()) has_lines_.push_back(true);
  return id;
}

uint64_t Builder::function(const Function& function) {
  std::string message;
  append_text(message, field::function::kName, function.name);
  append_text(message, field::function::kSystemName,
              function.system_name.empty() ? function.name : function.system_name);
  append_text(message, field::function::kFile, function.file);
  append_if(message, field::function::kStartLine, static_cast<uint64_t>(function.start_line));
  return id_in(functions_, message);
}

uint64_t Builder::location(uint64_t mapping, uint64_t address, std::span<const Line> lines) {
  ENSURE(mapping <= mappings_.messages().size());
  std::string message;
  append_if(message, field::location::kMapping, mapping);
  append_if(message, field::location::kAddress, address);
  for (const Line& line : lines) {
    ENSURE(line.function > 0 && line.function <= functions_.messages().size());
    std::string inner;
    append_varint(inner, field::line::kFunction, line.function);
    append_if(inner, field::line::kLine, static_cast<uint64_t>(line.line));
    append_bytes(message, field::location::kLine, inner);
  }
  if (mapping != 0 && lines.empty()) has_lines_[mapping - 1] = false;
  return id_in(locations_, message);
}

uint64_t Builder::location(std::string_view name, uint64_t mapping, uint64_t address) {
  const Line line{.function = function({.name = name, .system_name = {}, .file = {}})};
  return location(mapping, address, {&line, 1});
}

void Builder::add(std::span<const uint64_t> locations, std::span<const int64_t> values,
                  std::span<const Label> labels) {
  ENSURE(values.size() == types_.size());
  std::string packed;
  for (const uint64_t id : locations) {
    ENSURE(id > 0 && id <= locations_.messages().size());
    append_number(packed, id);
  }
  std::string message;
  append_bytes(message, field::sample::kLocations, packed);
  for (const Label& label : labels) {
    std::string inner;
    append_text(inner, field::label::kKey, label.key);
    append_text(inner, field::label::kText, label.text);
    append_if(inner, field::label::kNumber, static_cast<uint64_t>(label.number));
    append_text(inner, field::label::kUnit, label.unit);
    append_bytes(message, field::sample::kLabel, inner);
  }
  const size_t first = (id_in(stacks_, message) - 1) * types_.size();
  if (first == values_.size()) {
    values_.insert(values_.end(), values.begin(), values.end());
    bytes_ += values.size() * sizeof(int64_t);
    return;
  }
  for (size_t i = 0; i < values.size(); ++i)  // Wraps round, as Go's sums do.
    values_[first + i] = static_cast<int64_t>(static_cast<uint64_t>(values_[first + i]) +
                                              static_cast<uint64_t>(values[i]));
}

std::string Builder::value_type(const ValueType& type) {
  std::string message;
  append_text(message, field::value_type::kType, type.type);
  append_text(message, field::value_type::kUnit, type.unit);
  return message;
}

std::string Builder::encode_head(const Head& head) {
  std::string out;
  for (const auto& [type, unit] : types_)
    append_bytes(out, field::profile::kSampleType, value_type({type, unit}));
  append_text(out, field::profile::kDropFrames, head.drop_frames);
  append_text(out, field::profile::kKeepFrames, head.keep_frames);
  append_if(out, field::profile::kTime, static_cast<uint64_t>(head.time_ns));
  append_if(out, field::profile::kDuration, static_cast<uint64_t>(head.duration_ns));
  if (!head.period_type.type.empty())
    append_bytes(out, field::profile::kPeriodType, value_type(head.period_type));
  append_if(out, field::profile::kPeriod, static_cast<uint64_t>(head.period));
  for (const std::string_view comment : head.comments)
    append_varint(out, field::profile::kComment, text(comment));
  append_text(out, field::profile::kDefaultSampleType, head.default_sample_type);
  return out;
}

std::string Builder::finish(const Head& head) {
  std::string out = encode_head(head);
  out.reserve(out.size() + bytes_);
  std::string message;
  for (size_t i = 0; i < stacks_.messages().size(); ++i) {
    message = *stacks_.messages()[i];
    std::string packed;
    for (size_t type = 0; type < types_.size(); ++type)
      append_number(packed, static_cast<uint64_t>(values_[i * types_.size() + type]));
    append_bytes(message, field::sample::kValues, packed);
    append_bytes(out, field::profile::kSample, message);
  }
  const auto append_table = [&](uint32_t tag, const Table& table, auto more) {
    for (size_t i = 0; i < table.messages().size(); ++i) {
      message.clear();
      append_varint(message, field::kId, i + 1);
      message += *table.messages()[i];
      more(i);
      append_bytes(out, tag, message);
    }
  };
  const auto nothing = [](size_t) {};
  append_table(field::profile::kMapping, mappings_, [&](size_t i) {
    // A server forgets the addresses of a mapping that says so.
    if (has_lines_[i]) append_varint(message, field::mapping::kHasFunctions, 1);
  });
  append_table(field::profile::kLocation, locations_, nothing);
  append_table(field::profile::kFunction, functions_, nothing);
  append_bytes(out, field::profile::kString, {});
  for (const std::string* string : strings_.messages())
    append_bytes(out, field::profile::kString, *string);
  clear();
  return out;
}

std::string Builder::finish_compressed(const Head& head) {
  const std::string message = finish(head);
  const std::string_view piece = message;
  return wire::encode_body(wire::Coding::gzip, {&piece, 1});
}

void Builder::clear() {
  for (Table* table : {&strings_, &mappings_, &functions_, &locations_, &stacks_}) table->clear();
  values_.clear();
  has_lines_.clear();
  bytes_ = 0;
}

}  // namespace telemetry::pprof
