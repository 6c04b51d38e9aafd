#pragma once
#include <string>
#include <vector>

#include "river/config/program.h"

namespace river::config {

/// The addresses that the components of a configuration listen on.
class Claims {
 public:
  /// Takes a claim of `node` in; reports it when another has the address. Unknown addresses and
  /// port 0 clash with nothing.
  void add(const schema::Claim& claim, const Node& node, diag::Diagnostics& diagnostics);

 private:
  struct Taken {
    std::string_view protocol;
    std::string host;
    std::string port;
    diag::Span place;
    std::string_view by;  ///< id of the component
  };
  static bool clash(const Taken& a, const Taken& b);

  std::vector<Taken> taken_;
};

}  // namespace river::config
