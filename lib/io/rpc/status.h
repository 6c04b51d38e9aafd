#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace io::rpc {

/// Codes of gRPC (grpc.io, "Status codes and their use in gRPC").
enum class Code {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16
};

/// "UNAVAILABLE", as gRPC's documents have it.
constexpr std::string_view name_of(Code code) {
  constexpr std::array<std::string_view, 17> kNames = {"OK",
                                                       "CANCELLED",
                                                       "UNKNOWN",
                                                       "INVALID_ARGUMENT",
                                                       "DEADLINE_EXCEEDED",
                                                       "NOT_FOUND",
                                                       "ALREADY_EXISTS",
                                                       "PERMISSION_DENIED",
                                                       "RESOURCE_EXHAUSTED",
                                                       "FAILED_PRECONDITION",
                                                       "ABORTED",
                                                       "OUT_OF_RANGE",
                                                       "UNIMPLEMENTED",
                                                       "INTERNAL",
                                                       "UNAVAILABLE",
                                                       "DATA_LOSS",
                                                       "UNAUTHENTICATED"};
  const auto number = static_cast<size_t>(code);
  return number < kNames.size() ? kNames[number] : "a code that is not known";
}

/// How a call ended.
struct Status {
  Code code = Code::ok;
  std::string message;
  /// A google.rpc.Status, which may say more than the code and the message, such as when to try
  /// again; empty: there is none. It travels as the trailer grpc-status-details-bin.
  std::string details{};
};

}  // namespace io::rpc
