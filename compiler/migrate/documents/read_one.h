#pragma once
#include <string_view>

#include "compiler/migrate/documents/datasources.h"
#include "compiler/migrate/documents/document.h"

namespace compiler::migrate::documents {

/// How a file is to be read.
enum class FileType : uint8_t { json, yaml, markdown, program };

/// Reads the text of a document, which holds path and text already.
void read_document(Document& document, FileType type, const Catalog& catalog);

}  // namespace compiler::migrate::documents
