#pragma once
#include <vector>

#include "io/http/message.h"
#include "tests/support/log_store.h"

namespace support {

/// Loki's endpoints for reading, over lines that were pushed:
///
///     GET /loki/api/v1/labels
///     GET /loki/api/v1/series?match[]=SELECTOR&start=&end=
///     GET /loki/api/v1/query?query=COUNT&time=            instant vector
///     GET /loki/api/v1/query_range?query=&start=&end=     streams, or a matrix with &step=
///
/// Times are nanoseconds or seconds since 1970. 404 for another path; 400 with a sentence for what
/// it cannot evaluate.
io::http::Response answer_query(const io::http::Request& request,
                                const std::vector<StoredLine>& lines);

}  // namespace support
