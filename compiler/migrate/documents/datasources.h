#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/documents/tree.h"

/// What files say about others: which datasources there are, which library panels.
namespace compiler::migrate::documents {

/// Where the answers of a query come from, as far as labels go.
struct QuerySource {
  enum class Kind : uint8_t {
    unknown,  ///< could not be resolved
    loki,
    prometheus,  ///< or what speaks PromQL
    other,       ///< certainly neither
    computed,    ///< from other queries: an expression, another panel
    mixed,       ///< every query says for itself
  };
  Kind kind = Kind::unknown;
  std::string type;  ///< of the plugin; of `unknown` the name that was not found
};

/// The kind that a plugin's type stands for.
QuerySource source_of_type(std::string_view type);

/// Provisioned datasources and exported library panels of all files. Filled by one thread, then
/// read by all.
class Catalog {
 public:
  /// Takes in what a document of a file holds of them, also within strings (ConfigMaps).
  void add(const Value& value, int depth = 0);

  /// By uid or name; also Grafana's reserved names. nullopt when it is not known.
  std::optional<QuerySource> find(std::string_view uid_or_name) const;
  /// The one with isDefault.
  std::optional<QuerySource> standard() const { return standard_; }
  bool has_library(std::string_view uid_or_name) const;

 private:
  void add_datasource(const Value& datasource);

  std::map<std::string, QuerySource, std::less<>> sources_;
  std::set<std::string, std::less<>> libraries_;
  std::optional<QuerySource> standard_;
};

/// The datasources as one dashboard names them: its own variables and inputs come first.
class Datasources {
 public:
  explicit Datasources(const Catalog& catalog) : catalog_(catalog) {}

  /// A variable of type datasource, or an input of an export, is of this plugin type.
  void add_variable(std::string name, std::string_view type) {
    variables_[std::move(name)] = source_of_type(type);
  }
  /// What a `datasource` field means: an object, a name or uid, or nothing (the default one).
  QuerySource resolve(const Value& field) const;
  QuerySource by_name(std::string_view name) const;

 private:
  const Catalog& catalog_;
  std::map<std::string, QuerySource, std::less<>> variables_;
};

/// The name in $name, ${name}, ${name:format} and [[name]]; empty when `text` is none of these.
std::string_view variable_name(std::string_view text);

}  // namespace compiler::migrate::documents
