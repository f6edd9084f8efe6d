#pragma once

#include <string>

namespace longtake::worker {

// Names everything outside the code that can change a bit of a result: device
// kind, the processor's vector extensions (the libraries choose kernels by
// them), and the versions of LibTorch, OpenCV, the C library and the compiler.
// Threads are not in it: every computation runs on one.
std::string NumericsClass(const std::string& device);

}  // namespace longtake::worker
