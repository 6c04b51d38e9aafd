#include "agent/graph/builders.h"

#include "components/config_blocks/logging/logging.h"
#include "components/discovery/docker/docker.h"
#include "components/discovery/relabel/relabel.h"
#include "components/local/file_match/file_match.h"
#include "components/loki/echo/echo.h"
#include "components/loki/process/process.h"
#include "components/loki/relabel/relabel.h"
#include "components/loki/source_docker/source.h"
#include "components/loki/source_file/source.h"
#include "components/loki/source_journal/source.h"
#include "components/loki/source_syslog/source.h"
#include "components/loki/write/write.h"

namespace agent {

std::span<const components::Builder> builders() {
  static const std::vector<components::Builder> all = {
      components::builder<components::config_blocks::logging::Logging,
                          components::config_blocks::logging::Arguments>(
          components::config_blocks::logging::kSignature),
      components::builder<components::discovery::docker::Docker,
                          components::discovery::docker::Arguments>(
          components::discovery::docker::kSignature),
      components::builder<components::discovery::relabel::Relabel,
                          components::discovery::relabel::Arguments>(
          components::discovery::relabel::kSignature),
      components::builder<components::loki::source_docker::Source,
                          components::loki::source_docker::Arguments>(
          components::loki::source_docker::kSignature),
      components::builder<components::loki::source_journal::Source,
                          components::loki::source_journal::Arguments>(
          components::loki::source_journal::kSignature),
      components::builder<components::loki::echo::Echo, components::loki::echo::Arguments>(
          components::loki::echo::kSignature),
      components::builder<components::loki::process::Process, components::loki::process::Arguments>(
          components::loki::process::kSignature),
      components::builder<components::loki::relabel::Relabel, components::loki::relabel::Arguments>(
          components::loki::relabel::kSignature),
      components::builder<components::local::file_match::FileMatch,
                          components::local::file_match::Arguments>(
          components::local::file_match::kSignature),
      components::builder<components::loki::source_file::Source,
                          components::loki::source_file::Arguments>(
          components::loki::source_file::kSignature),
      components::builder<components::loki::source_syslog::Source,
                          components::loki::source_syslog::Arguments>(
          components::loki::source_syslog::kSignature),
      components::builder<components::loki::write::Write, components::loki::write::Arguments>(
          components::loki::write::kSignature),
  };
  return all;
}

}  // namespace agent
