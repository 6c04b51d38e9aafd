#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "river/schema/target.h"

namespace components::discovery::kubernetes {

/// The targets of each object, and which other objects they were made of: when one of these
/// changes, those targets must be made again. A source is the key of an object of the role,
/// "namespace/name"; other objects are named with their kind, "pod/namespace/name".
///
/// A change of one object of thousands costs the work for that one and the copy of a list of
/// pointers. For one thread at a time.
class Groups {
 public:
  /// Targets that are as they were stay the same objects. Whether anything changed.
  bool set(const std::string& source, river::schema::Targets targets,
           std::set<std::string> made_of);
  bool erase(const std::string& source);
  /// The sources whose targets were made of this object, or lacked it.
  std::vector<std::string> made_of(std::string_view object) const;
  river::schema::Targets all() const;

 private:
  struct Group {
    river::schema::Targets targets;
    std::set<std::string> made_of;
  };
  void forget(const std::string& source, const Group& group);

  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, std::set<std::string>, std::less<>> sources_of_;
  size_t count_ = 0;
};

}  // namespace components::discovery::kubernetes
