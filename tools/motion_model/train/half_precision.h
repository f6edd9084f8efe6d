#pragma once
// Products in bfloat16 where the processor multiplies them itself: training
// takes half the time. Weights, their means and the optimiser stay float.

#include <ATen/autocast_mode.h>

namespace longtake::training {

// While it lives, convolutions of this thread take and give bfloat16; does
// nothing on processors without AVX512-BF16, where that would be slower.
class HalfPrecision {
 public:
  HalfPrecision() : on_(__builtin_cpu_supports("avx512bf16")) {
    if (!on_) return;
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(true);
  }
  ~HalfPrecision() {
    if (!on_) return;
    at::autocast::clear_cache();
    at::autocast::set_cpu_enabled(false);
  }
  HalfPrecision(const HalfPrecision&) = delete;
  HalfPrecision& operator=(const HalfPrecision&) = delete;

 private:
  const bool on_;
};

}  // namespace longtake::training
