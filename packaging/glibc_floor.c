// Lets the programs run on glibc 2.34 (RHEL 9, Ubuntu 22.04) although they are built against 2.36: the static
// libstdc++ and libgcc refer to two functions of newer releases, which are defined here instead. Both are
// hidden: they serve the program, not the libraries that it loads. tests/integration/test_binaries.py checks
// the floor.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

// glibc 2.36; libstdc++'s std::random_device reads it.
HIDDEN uint32_t arc4random(void) {
  uint32_t value;
  while (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
    if (errno != EINTR) abort();
  return value;
}

struct search {
  uintptr_t address;
  struct dl_find_object* found;
};

static int find_in_object(struct dl_phdr_info* object, size_t size, void* data) {
  (void)size;
  struct search* search = data;
  uintptr_t start = UINTPTR_MAX, end = 0, eh_frame = 0;
  int holds = 0;
  for (size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)* header = &object->dlpi_phdr[i];
    const uintptr_t begin = object->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_GNU_EH_FRAME) eh_frame = begin;
    if (header->p_type != PT_LOAD) continue;
    if (begin < start) start = begin;
    if (begin + header->p_memsz > end) end = begin + header->p_memsz;
    if (search->address >= begin && search->address < begin + header->p_memsz) holds = 1;
  }
  if (!holds || eh_frame == 0) return 0;
  search->found->dlfo_map_start = (void*)start;
  search->found->dlfo_map_end = (void*)end;
  search->found->dlfo_link_map = NULL;
  search->found->dlfo_eh_frame = (void*)eh_frame;
  return 1;
}

// glibc 2.35; libgcc's unwinder asks it for the tables of the function at `address`: 0 when found, else -1.
HIDDEN int _dl_find_object(void* address, struct dl_find_object* found) {
  struct search search = {(uintptr_t)address, found};
  return dl_iterate_phdr(find_in_object, &search) ? 0 : -1;
}
