#include "worker/engine/hilm/numerics_class.h"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <torch/version.h>

#include <opencv2/core/version.hpp>

namespace longtake::worker {
namespace {

std::string VectorExtensions() {
  std::string out;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto add = [&out](bool has, const char* name) {
    if (!has) return;
    if (!out.empty()) out += '+';
    out += name;
  };
  add(__builtin_cpu_supports("sse4.2"), "sse42");
  add(__builtin_cpu_supports("avx2"), "avx2");
  add(__builtin_cpu_supports("fma"), "fma");
  add(__builtin_cpu_supports("avx512f"), "avx512f");
  add(__builtin_cpu_supports("avx512bw"), "avx512bw");
  add(__builtin_cpu_supports("avx512vl"), "avx512vl");
  add(__builtin_cpu_supports("avx512vnni"), "avx512vnni");
#elif defined(__aarch64__)
  out = "aarch64";
#endif
  return out.empty() ? "baseline" : out;
}

}  // namespace

std::string NumericsClass(const std::string& device) {
  const std::string kind = device.substr(0, device.find(':'));
  return fmt::format("{}/{}/torch-{}/opencv-{}/libc-{}/gcc-{}", kind,
                     VectorExtensions(), TORCH_VERSION, CV_VERSION,
                     gnu_get_libc_version(), __VERSION__);
}

}  // namespace longtake::worker
