// A library for busy.cc.
extern "C" unsigned long delta(unsigned long turns) {
  unsigned long x = turns;
  for (unsigned long i = 0; i < turns; ++i) {
    x = x * 6364136223846793005UL + i;
    x ^= x >> 17;
  }
  return x;
}
