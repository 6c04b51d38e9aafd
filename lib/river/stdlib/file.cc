#include "river/stdlib/functions.h"

namespace river::stdlib {

namespace {

// The shortest path that means the same without asking the file system: no empty part, no ".", and
// ".." only where nothing before it could be taken back.
std::string clean(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty() && parts.back() != "..")
      parts.pop_back();
    else if (!rooted)
      parts.push_back(part);
  }
  std::string out;
  for (const std::string_view part : parts) {
    if (rooted || !out.empty()) out += '/';
    out += part;
  }
  if (out.empty()) return rooted ? "/" : ".";
  return out;
}

Answer path_join(const Arguments& args) {
  std::string joined;
  for (const Value& arg : args) {
    if (text(arg).empty()) continue;
    if (!joined.empty()) joined += '/';
    joined += text(arg);
  }
  return Value::string(joined.empty() ? "" : clean(joined));
}

constexpr Function kFileFunctions[] = {{.name = "file.path_join",
                                        .arity_max = -1,
                                        .parameters = kTakesString,
                                        .result = &kStringType,
                                        .call = path_join}};

}  // namespace

std::span<const Function> file_functions() {
  return kFileFunctions;
}

}  // namespace river::stdlib
