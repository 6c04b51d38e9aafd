#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "base/text.h"
#include "telemetry/otlp/request.h"
#include "telemetry/otlp/schema.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

using wire::ProtoReader;
using wire::WireType;

class Checker {
 public:
  explicit Checker(std::string& request) : request_(request) {}

  bool check(const Message& message, std::string_view bytes, size_t depth) {
    if (message.level == Message::Level::item) ++found.items;
    ProtoReader in(bytes);
    while (in.next()) {
      const Field* field = message.find(in.tag());
      if (field == nullptr) {
        in.skip();
      } else if (!check(*field, in, depth)) {
        // Built on the way back, from the inside out.
        place = place.empty() ? std::string(field->name) : fmt::format("{}.{}", field->name, place);
        return false;
      }
    }
    return in.ok() || fail("not a protobuf message of this kind");
  }

  Checked found;
  std::string place;
  std::string problem;

 private:
  bool check(const Field& field, ProtoReader& in, size_t depth) {
    const WireType wanted = wire_type(field.kind);
    if (in.type() != wanted) return check_packed(field, in);
    if (wanted != WireType::bytes) {
      in.skip();
      return in.ok() || fail("ends in the middle");
    }
    const std::string_view value = in.bytes();
    if (!in.ok()) return fail("is longer than what it is in");
    switch (field.kind) {
      case Kind::text:
        if (!base::is_utf8(value)) repair(value);
        return true;
      case Kind::trace_id:
        return check_id(value, 16);
      case Kind::span_id:
        return check_id(value, 8);
      case Kind::message:
        if (field.message == &kAnyValue && ++depth > kValueDepthMax)
          return fail("values within values, deeper than " + std::to_string(kValueDepthMax));
        return check(*field.message, value, depth);
      default:
        return true;
    }
  }

  /// Lists of numbers come one by one or in one piece.
  bool check_packed(const Field& field, ProtoReader& in) {
    const WireType wanted = wire_type(field.kind);
    if (!field.is_list || in.type() != WireType::bytes || wanted == WireType::bytes)
      return fail("has another wire type");
    const std::string_view all = in.bytes();
    if (!in.ok()) return fail("is longer than what it is in");
    if (wanted == WireType::fixed64) return all.size() % 8 == 0 || fail("ends in the middle");
    wire::ByteReader numbers(all);
    while (numbers.ok() && !numbers.rest().empty()) numbers.varint();
    return numbers.ok() || fail("ends in the middle");
  }

  bool check_id(std::string_view id, size_t size) {
    return id.empty() || id.size() == size ||
           fail(fmt::format("{} bytes instead of {}", id.size(), size));
  }

  void repair(std::string_view text) {
    char* at = request_.data() + (text.data() - request_.data());
    while (!text.empty()) {
      const base::Utf8Char first = base::first_utf8(text);
      if (!first.valid) {
        *at = '?';
        ++found.repaired_bytes;
      }
      at += first.size;
      text.remove_prefix(first.size);
    }
  }

  bool fail(std::string what) {
    problem = std::move(what);
    return false;
  }

  std::string& request_;
};

}  // namespace

base::Result<Checked> check(Signal signal, std::string& request) {
  Checker checker(request);
  if (checker.check(request_of(signal), request, 0)) return checker.found;
  if (checker.place.empty()) return base::fail("{}", checker.problem);
  return base::fail("{}: {}", checker.place, checker.problem);
}

}  // namespace telemetry::otlp
