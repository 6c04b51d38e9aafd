#pragma once
#include <initializer_list>
#include <span>
#include <string_view>

#include "river/diag/diagnostics.h"

namespace river::schema {

/// What validate() may ask and say about one decoded block.
class Scope {
 public:
  struct Given {
    std::string_view name;
    diag::Span span;
    bool unknown = false;  ///< its value is not known, or could not be used
    bool missing = false;  ///< it is not written though it must be; that is reported already
  };

  Scope(diag::Span block, std::span<const Given> given, diag::Diagnostics& diagnostics)
      : block_(block), given_(given), diagnostics_(diagnostics) {}

  /// The attribute or block is written in the config.
  bool given(std::string_view name) const;
  /// Its value is known (an absent one is: it has its default). Do not judge unknown members.
  bool known(std::string_view name) const;
  bool known(std::initializer_list<std::string_view> names) const;

  /// Reports when more than one of these attributes or blocks is written, at the second.
  void at_most_one(std::initializer_list<std::string_view> names);

  /// Reports at the attribute's place, or at the block when the attribute is not written.
  template <class... Args>
  diag::Diagnostic& error(std::string_view attribute, std::string_view code,
                          fmt::format_string<Args...> format, Args&&... args) {
    return diagnostics_.error(code, place(attribute), format, std::forward<Args>(args)...);
  }
  template <class... Args>
  diag::Diagnostic& warning(std::string_view attribute, std::string_view code,
                            fmt::format_string<Args...> format, Args&&... args) {
    return diagnostics_.warning(code, place(attribute), format, std::forward<Args>(args)...);
  }

 private:
  const Given* find(std::string_view name) const;
  diag::Span place(std::string_view attribute) const;

  diag::Span block_;
  std::span<const Given> given_;
  diag::Diagnostics& diagnostics_;
};

}  // namespace river::schema
