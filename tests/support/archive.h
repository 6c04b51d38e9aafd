#pragma once
#include <string_view>

#include "tests/support/folder.h"

namespace support {

/// Many files in one text: a line "== NAME" starts a file, the lines that follow are its content.
inline void unpack(std::string_view archive, const Folder& folder) {
  for (size_t at = archive.find("== "); at != archive.npos;) {
    const size_t name_end = std::min(archive.find('\n', at), archive.size() - 1);
    const size_t next = archive.find("\n== ", name_end);
    const size_t end = next == archive.npos ? archive.size() : next + 1;
    folder.write(archive.substr(at + 3, name_end - at - 3),
                 archive.substr(name_end + 1, end - name_end - 1));
    at = next == archive.npos ? next : next + 1;
  }
}

}  // namespace support
