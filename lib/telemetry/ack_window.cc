#include "telemetry/ack_window.h"

#include <utility>

namespace telemetry {

template <class Position>
Ack AckWindow<Position>::issue(Position position) {
  uint64_t number = 0;
  {
    base::Lock lock(state_->mutex);
    number = state_->first + state_->slots.size();
    // Behind a gap nothing can be reported, so nothing is remembered.
    if (!state_->broken) state_->slots.push_back({std::move(position)});
  }
  return Ack([state = state_, number](bool delivered) { state->resolve(number, delivered); },
             Ack::Source::rereadable);
}

template <class Position>
bool AckWindow<Position>::broken() const {
  base::Lock lock(state_->mutex);
  return state_->broken;
}

template <class Position>
size_t AckWindow<Position>::pending() const {
  base::Lock lock(state_->mutex);
  return state_->slots.size();
}

template <class Position>
void AckWindow<Position>::detach() {
  Advance forgotten;  // Dies after the lock is released: it may own the last positions store.
  OnBroken silenced;
  base::Lock lock(state_->mutex);
  forgotten.swap(state_->advance);
  silenced.swap(state_->on_broken);
}

template <class Position>
void AckWindow<Position>::State::resolve(uint64_t number, bool delivered) {
  OnBroken tell;
  {
    base::Lock lock(mutex);
    if (delivered || broken || number < first || number - first >= slots.size())
      return advance_to(number, delivered);
    broken = true;
    slots.resize(number - first);
    tell.swap(on_broken);
  }
  if (tell) tell();
}

template <class Position>
void AckWindow<Position>::State::advance_to(uint64_t number, bool delivered) {
  if (number < first || number - first >= slots.size()) return;  // Behind a gap.
  if (!delivered) {  // An earlier one than the first that was abandoned.
    slots.resize(number - first);
    return;
  }
  slots[number - first].delivered = true;
  if (number != first) return;
  Position reached{};
  while (!slots.empty() && slots.front().delivered) {
    reached = std::move(slots.front().position);
    slots.pop_front();
    ++first;
  }
  if (advance) advance(reached);
}

template class AckWindow<std::string>;
template class AckWindow<uint64_t>;

}  // namespace telemetry
