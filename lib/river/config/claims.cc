#include "river/config/claims.h"

#include <algorithm>

namespace river::config {

bool Claims::clash(const Taken& a, const Taken& b) {
  if (a.protocol != b.protocol || a.port != b.port) return false;
  const auto takes_all = [](const Taken& one) { return one.host.empty() || one.host == "[::]"; };
  const auto covers = [&](const Taken& one, const Taken& other) {
    return takes_all(one) || (one.host == "0.0.0.0" && !other.host.starts_with('['));
  };
  return a.host == b.host || covers(a, b) || covers(b, a);
}

void Claims::add(const schema::Claim& claim, const Node& node, diag::Diagnostics& diagnostics) {
  const std::string& text = claim.address.text;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return;
  Taken next{.protocol = claim.protocol,
             .host = text.substr(0, colon),
             .port = text.substr(colon + 1),
             .place = claim.address.place.known() ? claim.address.place : node.block->header_span(),
             .by = node.id};
  if (next.port == "0") return;
  if (next.host == "localhost") next.host = "127.0.0.1";
  const auto rival = std::find_if(taken_.begin(), taken_.end(),
                                  [&](const Taken& taken) { return clash(taken, next); });
  if (rival != taken_.end())
    diagnostics
        .error("R092", next.place, "{} {} is taken already by {}", next.protocol, text, rival->by)
        .note(rival->place, "it is taken here");
  taken_.push_back(std::move(next));
}

}  // namespace river::config
