#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "components/shared/kubernetes/json.h"
#include "components/shared/kubernetes/list_stream.h"

namespace kubernetes = components::kubernetes;

namespace {

/// Reads it as each kind of object; the pairs that were kept must come out again.
void read_object(std::string_view json) {
  const auto read_as = [&](auto object) {
    kubernetes::JsonCursor in(json);
    const bool is_read = read(in, object);
    if (is_read != in.ok()) std::abort();
    size_t bytes = 0;
    object.meta.labels.for_each([&](std::string_view name, std::string_view value) {
      bytes += name.size() + value.size();
    });
    // No escape is shorter than what it stands for.
    if (bytes > json.size()) std::abort();
  };
  read_as(kubernetes::Pod());
  read_as(kubernetes::Node());
  read_as(kubernetes::Service());
  read_as(kubernetes::Endpoints());
  read_as(kubernetes::EndpointSlice());
  read_as(kubernetes::Ingress());
}

}  // namespace

/// The first byte is where the answer is cut in two. The same items come of it as of the whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t cut = data[0] < body.size() ? data[0] : body.size();
  std::string whole, pieces;
  kubernetes::ListStream at_once, in_two;
  const bool is_list = at_once.feed(body, [&](std::string_view item) {
    whole += std::string(item) + "\n";
    read_object(item);
    return true;
  });
  const auto take = [&](std::string_view item) {
    pieces += std::string(item) + "\n";
    return true;
  };
  const bool is_list_in_two =
      in_two.feed(body.substr(0, cut), take) && in_two.feed(body.substr(cut), take);
  if (is_list != is_list_in_two || whole != pieces) std::abort();
  kubernetes::LineStream lines;
  lines.feed(body, [](std::string_view line) {
    read_object(line);
    return true;
  });
  return 0;
}
