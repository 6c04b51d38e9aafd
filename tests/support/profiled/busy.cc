// Work with known shares, for profilers: alpha, beta and gamma each burn CPU time below chains of
// callers. At the end it prints the CPU time that each took, measured by itself, in ms.
// With "lib.so" as second argument delta() of that library does gamma's work, and the library is
// loaded and unloaded for each turn, whose time is the fourth number.
#include <alloca.h>
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace work {

volatile unsigned long sink;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

[[gnu::noinline]] unsigned long spin(unsigned long turns) {
  unsigned long x = turns;
  for (unsigned long i = 0; i < turns; ++i) {
    x = x * 6364136223846793005UL + i;
    x ^= x >> 17;
  }
  return x;
}

// Something follows each call, or the compiler would make a jump of it.
template <int N>
struct Chain {
  [[gnu::noinline]] static void go(unsigned long turns) {
    Chain<N - 1>::go(turns);
    sink = sink + N;
  }
};
template <>
struct Chain<0> {
  [[gnu::noinline]] static void go(unsigned long turns) { sink = sink + spin(turns); }
};

[[gnu::noinline]] void alpha(unsigned long turns) {
  Chain<10>::go(turns);
  sink = sink + 1;
}

// A frame whose size the compiler does not know.
[[gnu::noinline]] void beta(unsigned long turns) {
  auto* bytes = static_cast<char*>(alloca(100 + turns % 64));
  std::memset(bytes, 1, 100);
  sink = sink + static_cast<unsigned long>(bytes[3]) + spin(turns);
}

// A large frame.
[[gnu::noinline]] void gamma_(unsigned long turns) {
  char bytes[9000];
  std::memset(bytes, static_cast<int>(turns), sizeof bytes);
  sink = sink + static_cast<unsigned long>(bytes[turns % sizeof bytes]) + spin(turns);
}

// In a library that comes and goes: the CPU time of its function alone.
double in_library(const char* path, unsigned long turns) {
  void* library = dlopen(path, RTLD_NOW);
  auto* delta = reinterpret_cast<unsigned long (*)(unsigned long)>(dlsym(library, "delta"));
  const double begin = cpu_seconds();
  sink = sink + delta(turns);
  const double took = cpu_seconds() - begin;
  dlclose(library);
  return took;
}

}  // namespace work

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  const char* library = argc > 2 ? argv[2] : nullptr;
  constexpr unsigned long kUnit = 200000;
  double took[4] = {0, 0, 0, 0};
  while (took[0] + took[1] + took[2] + took[3] < seconds) {
    const double begin = work::cpu_seconds();
    work::alpha(kUnit * 6);
    const double after_alpha = work::cpu_seconds();
    work::beta(kUnit * 3);
    const double after_beta = work::cpu_seconds();
    double in_library = 0;
    if (library != nullptr)
      in_library = work::in_library(library, kUnit);
    else
      work::gamma_(kUnit);
    const double last = work::cpu_seconds() - after_beta;
    took[0] += after_alpha - begin;
    took[1] += after_beta - after_alpha;
    took[2] += library != nullptr ? in_library : last;
    took[3] += library != nullptr ? last - in_library : 0;
  }
  std::printf("%.0f %.0f %.0f %.0f\n", took[0] * 1000, took[1] * 1000, took[2] * 1000,
              took[3] * 1000);
}
