// For a file whose loops are compiled for several instruction sets: included
// once for each of them, after HWY_TARGET_INCLUDE was defined as that file.
// No include guard on purpose: see Highway's foreach_target.h.

// Between the baseline and what servers have had for years two steps are
// enough; each costs its time of compilation.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSE4 | HWY_AVX3_DL)
#endif
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
