#include "telemetry/otlp/request.h"

#include <utility>

#include "telemetry/otlp/schema.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

using wire::ProtoReader;

/// Items below a field of one of the upper messages; moves on to the next field.
size_t items_of(const Message& message, ProtoReader& in);

size_t items_in(const Message& message, std::string_view bytes) {
  size_t items = 0;
  ProtoReader in(bytes);
  while (in.next()) items += items_of(message, in);
  return items;
}

size_t items_of(const Message& message, ProtoReader& in) {
  const Field* field = message.find(in.tag());
  const Message* inner = field == nullptr ? nullptr : field->message;
  if (inner != nullptr && inner->level == Message::Level::above_items)
    return items_in(*inner, in.bytes());
  in.skip();
  return inner != nullptr && inner->level == Message::Level::item ? 1 : 0;
}

bool leads_to_items(const Field* field) {
  return field != nullptr && field->message != nullptr &&
         field->message->level != Message::Level::other;
}

/// The next field with its key.
std::string_view field_bytes(std::string_view before, const ProtoReader& after) {
  return before.substr(0, before.size() - after.rest().size());
}

/// Puts the first items of a message, fewer than it has, into `first` and the others into `rest`.
void cut(const Message& message, std::string_view bytes, size_t wanted, std::string& first,
         std::string& rest) {
  ProtoReader in(bytes);
  for (std::string_view before = bytes; in.next(); before = in.rest()) {
    const Field* field = message.find(in.tag());
    if (!leads_to_items(field)) {
      in.skip();
      first += field_bytes(before, in);
      rest += field_bytes(before, in);
      continue;
    }
    ProtoReader again = in;
    const size_t items = items_of(message, in);
    if (items <= wanted && wanted > 0) {
      first += field_bytes(before, in);
      wanted -= items;
    } else if (wanted == 0) {
      rest += field_bytes(before, in);
    } else {
      std::string inner_first, inner_rest;
      cut(*field->message, again.bytes(), wanted, inner_first, inner_rest);
      wire::append_bytes(first, field->number, inner_first);
      wire::append_bytes(rest, field->number, inner_rest);
      wanted = 0;
    }
  }
}

OtlpSlice part_of(const OtlpSlice& slice, std::string_view bytes, size_t items) {
  OtlpSlice part = slice;
  part.bytes = bytes;
  part.items = items;
  return part;
}

/// Takes items off one slice, which has more.
void take_from(Signal signal, OtlpSlice& slice, size_t wanted, std::vector<OtlpSlice>& taken,
               std::deque<OtlpSlice>& waiting) {
  const Message& request = request_of(signal);
  ProtoReader in(slice.bytes);
  size_t whole = 0;  // Items of the fields before `before`.
  std::string_view before = slice.bytes;
  for (; in.next(); before = in.rest()) {
    const size_t items = items_of(request, in);
    if (whole + items > wanted) break;
    whole += items;
  }
  const std::string_view front = slice.bytes.substr(0, slice.bytes.size() - before.size());
  if (whole > 0) taken.push_back(part_of(slice, front, whole));
  if (whole == wanted) {
    slice = part_of(slice, before, slice.items - whole);
    return;
  }
  std::string first, rest;
  const std::string_view field = field_bytes(before, in);
  cut(request, field, wanted - whole, first, rest);
  taken.emplace_back(std::move(first), wanted - whole);
  const size_t left = slice.items - wanted;
  const size_t left_of_field = items_in(request, rest);
  if (left > left_of_field) {
    slice = part_of(slice, in.rest(), left - left_of_field);
    waiting.emplace_front(std::move(rest), left_of_field);
  } else {
    slice = OtlpSlice(std::move(rest), left_of_field);
  }
}

}  // namespace

size_t count_items(Signal signal, std::string_view request) {
  return items_in(request_of(signal), request);
}

std::vector<OtlpSlice> take_items(Signal signal, std::deque<OtlpSlice>& waiting, size_t wanted) {
  std::vector<OtlpSlice> taken;
  while (wanted > 0 && !waiting.empty()) {
    OtlpSlice& slice = waiting.front();
    if (slice.items <= wanted) {
      wanted -= slice.items;
      taken.push_back(std::move(slice));
      waiting.pop_front();
    } else {
      take_from(signal, slice, wanted, taken, waiting);
      wanted = 0;
    }
  }
  return taken;
}

}  // namespace telemetry::otlp
