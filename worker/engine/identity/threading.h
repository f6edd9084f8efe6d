#pragma once
// The one place that says how many threads our arithmetic libraries use.

namespace longtake::worker {

// One thread for LibTorch, OpenMP, OpenBLAS and OpenCV. Libraries that split a
// sum over threads round differently for every thread count; on one thread the
// result doesn't depend on how many cores the machine has. Parallelism comes
// from segments instead.
//
// LibTorch keeps its count per thread, so call this at the start of every
// function that computes with it: after the first call on a thread it costs one
// comparison. Thread-safe.
void SetDeterministicThreading();

}  // namespace longtake::worker
