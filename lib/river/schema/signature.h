#pragma once
#include <any>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "river/schema/codec.h"
#include "river/schema/scope.h"

/// What is known of a component: plain constants that decoding, checking, encoding, the catalogue
/// and the manual walk. field.h makes them out of structs.
namespace river::schema {

enum class Need { optional, required };
enum class Form { attribute, block, squash };
/// As Grafana Alloy rates its features; --stability.level names the least one that is allowed.
enum class Stability { experimental, public_preview, generally_available };

/// One occurrence of a block that an object holds.
struct Occurrence {
  const void* object = nullptr;
  /// The element of the vector that holds it: orders the kinds of one enum block among themselves.
  const void* place = nullptr;
};

struct BlockSchema;

/// An attribute, a kind of nested block, or a struct whose fields count as the outer one's own.
struct Field {
  std::string_view name;  ///< dotted for enum blocks: "stage.drop"; empty for squash
  Need need = Need::optional;
  std::string_view doc;
  Form form = Form::attribute;
  bool repeats = false;  ///< blocks only
  bool variant = false;  ///< blocks only: one of several kinds that keep their written order

  Stability stability = Stability::generally_available;
  /// The literal of an attribute that has this stability; empty: all but `false` have.
  std::string_view unstable_literal;

  // Attributes.
  const Type* type = nullptr;
  Decoded (*decode)(const Value& value, void* object, DecodeContext& context) = nullptr;
  Value (*encode)(const void* object) = nullptr;

  // Blocks, and squash (whose fields count as the outer struct's own).
  const BlockSchema* schema = nullptr;
  /// Where the next occurrence of the block is decoded into; holds the block's defaults.
  void* (*open)(void* object) = nullptr;
  /// The occurrences of this block that an object holds, in order.
  std::vector<Occurrence> (*occurrences)(const void* object) = nullptr;
};

/// The fields of a struct and the rules that span several of them.
struct BlockSchema {
  std::span<const Field> fields;
  /// Reports what is wrong across fields; pure, no I/O. May be nullptr.
  void (*validate)(const void* object, Scope& scope) = nullptr;
};

/// An address that a component listens on, which no other may then take.
struct Claim {
  std::string_view protocol;  ///< "tcp" or "udp"
  HostPort address;           ///< empty: not known yet
};

/// Something outside the agent that a component needs; `tributary doctor` looks whether it is there
/// and may be used.
struct HostNeed {
  enum class Kind {
    backend,        ///< `where` is the URL of a server that takes what is sent
    docker,         ///< `where` is the address of a Docker daemon
    journal,        ///< `where` is the journal's directory; empty: this host's
    readable_file,  ///< `where` is its path
    file_watches,   ///< files are watched with inotify
    cluster_right,  ///< the agent's account must be allowed something in a Kubernetes cluster
  } kind;
  std::string where;
  /// Of backend and docker: how to speak to it (components::HttpClientArguments); of cluster_right:
  /// components::kubernetes::Right.
  std::any client;
};

/// All that is known of a component or a config block besides its implementation: the one
/// definition of it. The language walks the arguments; what the agent's commands must know of a
/// component is here, too, so that none of them knows it by name.
struct Signature {
  std::string_view name;
  std::string_view doc;
  Stability stability = Stability::generally_available;
  /// false: a config block such as `logging`: no label, at most once, no exports.
  bool takes_label = true;
  BlockSchema arguments;
  std::span<const Field> exports;
  /// A default-constructed arguments struct, to decode into.
  std::shared_ptr<void> (*make_arguments)() = nullptr;
  /// The addresses that decoded arguments listen on; pure. nullptr: none.
  std::vector<Claim> (*claims)(const void* arguments) = nullptr;
  /// What decoded arguments need of the host and the network; pure. nullptr: nothing.
  std::vector<HostNeed> (*needs)(const void* arguments) = nullptr;
  /// What decoded arguments say of the labels of streams (components::Streams), for `cfgc migrate`;
  /// pure. nullptr: nothing goes through it.
  std::any (*streams)(const void* arguments) = nullptr;
};

}  // namespace river::schema
