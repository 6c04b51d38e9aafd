#include "base/files.h"
#include "base/thread.h"
#include "compiler/inventory/inventory_parts.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

constexpr size_t kInventoryFileBytesMax = size_t{64} << 20;

struct Slot {
  const river::diag::SourceFile* file = nullptr;
  std::unique_ptr<yaml::Document> document;
  river::diag::Diagnostics diagnostics;
  bool is_closed = false;
  bool is_broken = false;
};

/// Opens the encrypted files among them when there is a password.
void open_encrypted(std::vector<Slot>& slots, InventoryBuilder& builder) {
  std::vector<const river::diag::SourceFile*> files;
  std::vector<Slot*> owners;
  for (Slot& slot : slots) {
    if (!slot.is_closed) continue;
    files.push_back(slot.file);
    owners.push_back(&slot);
  }
  const std::vector<std::string> passwords = vault_password_files(builder.options);
  if (passwords.empty()) {
    builder.inventory.closed_files += files.size();
    return;
  }
  auto documents = open_vault_files(files, passwords, builder);
  for (size_t i = 0; i < owners.size(); ++i) {
    owners[i]->document = std::move(documents[i]);
    owners[i]->is_closed = false;
    owners[i]->is_broken = owners[i]->document == nullptr;
  }
}

}  // namespace

std::vector<YamlFile> read_yaml_files(const std::vector<fs::path>& paths,
                                      InventoryBuilder& builder) {
  std::vector<Slot> slots(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    auto text = base::read_regular_file(paths[i], kInventoryFileBytesMax);
    if (!text) {
      builder.inventory.io_errors.push_back(text.error());
      continue;
    }
    const fs::path shown = paths[i].lexically_normal();
    slots[i].file = &builder.sources.add(shown.string(), std::move(*text));
    slots[i].is_closed = is_vault_file(slots[i].file->text);
  }
  open_encrypted(slots, builder);
  base::parallel_for(slots.size(), [&](size_t i) {
    Slot& slot = slots[i];
    if (slot.file != nullptr && !is_vault_file(slot.file->text))
      slot.document = yaml::parse(*slot.file, slot.diagnostics);
  });
  std::vector<YamlFile> files(paths.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    files[i].is_broken = slots[i].is_broken || slots[i].diagnostics.has_errors();
    builder.diagnostics.append(std::move(slots[i].diagnostics));
    if (slots[i].is_closed) files[i].closed = vault_header(*slots[i].file);
    if (slots[i].document == nullptr) continue;
    files[i].root = slots[i].document->root;
    builder.inventory.documents.push_back(std::move(slots[i].document));
  }
  return files;
}

}  // namespace compiler::inventory
