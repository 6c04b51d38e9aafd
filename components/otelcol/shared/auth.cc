#include "components/otelcol/shared/auth.h"

#include <openssl/crypto.h>
#include <strings.h>

#include <string>

namespace components::otelcol {

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool remove_header(io::http::Headers& headers, const std::string& name) {
  return std::erase_if(headers, [&](const io::http::Header& header) {
           return ::strcasecmp(header.name.c_str(), name.c_str()) == 0;
         }) > 0;
}

void set_header(io::http::Headers& headers, const std::string& name, std::string value) {
  remove_header(headers, name);
  headers.push_back({name, std::move(value)});
}

}  // namespace components::otelcol
