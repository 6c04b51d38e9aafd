#pragma once
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "river/schema/scalar.h"

namespace river::schema {

/// One discovered target: labels, with those that start with __ for internal use, sorted by name.
///
/// Immutable, and a pointer to copy: a list of thousands goes from component to component at each
/// change of one of them. It *is* the River object that expressions see, so neither encoding nor
/// decoding copies a label, and targets that nobody changed stay the same object, which comparing
/// notices first.
class Target {
 public:
  using Labels = std::map<std::string, std::string>;

  Target() : Target(Labels()) {}
  explicit Target(const Labels& labels);
  Target(std::initializer_list<Labels::value_type> labels) : Target(Labels(labels)) {}

  /// Forward only; what it points to is a pair of references: (name, value).
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::pair<const std::string&, const std::string&>;
    using difference_type = std::ptrdiff_t;
    using reference = value_type;
    struct pointer {
      value_type pair;
      const value_type* operator->() const { return &pair; }
    };
    explicit Iterator(Object::const_iterator at) : at_(at) {}
    reference operator*() const { return {at_->first, *at_->second.as_string()}; }
    pointer operator->() const { return {**this}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    Object::const_iterator at_;
  };
  Iterator begin() const { return Iterator(object_.as_object()->begin()); }
  Iterator end() const { return Iterator(object_.as_object()->end()); }
  size_t size() const { return object_.as_object()->size(); }
  Iterator find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != end(); }

  Labels labels() const;
  /// The same with one label more, or another value of it.
  Target with(const std::string& name, std::string value) const;

  const Value& object() const { return object_; }
  /// Whether both are one object: cheap, and true for what nobody changed.
  bool is_same(const Target& other) const {
    return object_.as_object() == other.object_.as_object();
  }
  bool operator==(const Target& other) const { return object_ == other.object_; }
  /// In order of their labels.
  bool operator<(const Target& other) const;

 private:
  friend struct Codec<Target>;
  Value object_;  ///< its fields are strings, sorted by name
};

using Targets = std::vector<Target>;

template <>
struct Codec<Target> {
  static const Type type;
  static Decoded decode(const Value& value, Target& out, DecodeContext& context);
  static Value encode(const Target& target) { return target.object(); }
};

}  // namespace river::schema
