#pragma once
// What this machine carries.

#include <cstdint>

namespace longtake::worker {

// A slot draws on one thread and encodes on another; its identity, renderer and
// buffers take about this much memory at 512x512.
inline constexpr int64_t kSlotBytes = int64_t{320} << 20;

// Cores that this process may run on, at least 1.
int UsableCores();

// As many slots as there are usable cores, but no more than half of the
// memory holds; at least 1.
int DefaultSlots();

// Opens the way for as many open files as the system allows: assembling a long
// job holds each of its chunks open. Call once, at the start of a process.
void RaiseOpenFileLimit();

// One heap arena a usable core instead of eight: tasks start fresh threads, and
// each new arena keeps what its threads freed. Halves the resident memory of a
// long job, at the same speed. Call once, at the start of a process.
void LimitHeapArenas();

}  // namespace longtake::worker
