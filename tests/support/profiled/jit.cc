// Makes a function as a JIT compiler does, names it in a perf map, and runs it for so many seconds
// of CPU time: it counts down from its argument.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

int main(int, char** argv) {
  // push rbp; mov rbp, rsp; loop: dec rdi; jnz loop; pop rbp; ret
  const unsigned char code[] = {0x55, 0x48, 0x89, 0xE5, 0x48, 0xFF, 0xCF, 0x75, 0xFB, 0x5D, 0xC3};
  void* memory =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memcpy(memory, code, sizeof code);
  char path[64];
  std::snprintf(path, sizeof path, "/tmp/perf-%d.map", getpid());
  std::FILE* map = std::fopen(path, "w");
  std::fprintf(map, "%lx %zx countdown /app.js:1\n", reinterpret_cast<unsigned long>(memory),
               sizeof code);
  std::fclose(map);
  const auto countdown = reinterpret_cast<void (*)(unsigned long)>(memory);
  const double seconds = std::atof(argv[1]);
  timespec now{};
  do {
    countdown(10'000'000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 < seconds);
  pause();  // Names are read when the profile ends: the map goes with the process.
}
