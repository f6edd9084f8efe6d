#include "worker/engine/identity/threading.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <mutex>
#include <opencv2/core/utility.hpp>

namespace longtake::worker {

void SetDeterministicThreading() {
  static thread_local bool done_here = false;
  if (done_here) return;
  done_here = true;
  at::set_num_threads(1);
  static std::once_flag once;
  std::call_once(once, [] {
    cv::setNumThreads(1);
    // LibTorch may be linked with any BLAS; only OpenBLAS has this symbol.
    using SetThreads = void (*)(int);
    if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
      reinterpret_cast<SetThreads>(symbol)(1);
    }
  });
}

}  // namespace longtake::worker
