#include "worker/media/av_error.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <mutex>

#include "worker/media/av_handles.h"

namespace longtake::worker {
namespace {

void LogLine(void* source, int level, const char* format, va_list args) {
  if (level > AV_LOG_WARNING || !spdlog::should_log(spdlog::level::debug)) {
    return;
  }
  std::array<char, 512> line{};
  int print_prefix = 1;
  av_log_format_line2(source, level, format, args, line.data(),
                      static_cast<int>(line.size()), &print_prefix);
  std::string text(line.data());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  spdlog::debug("ffmpeg: {}", text);
}

}  // namespace

std::string AvErrorText(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

Status AvStatus(int error, const std::string& context) {
  switch (AVUNERROR(error)) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ResourceExhausted(
          fmt::format("{}: {}: free some space there or choose another place",
                      context, AvErrorText(error)));
    case ENOMEM:
      return ResourceExhausted(fmt::format("{}: out of memory", context));
    default:
      return Internal(fmt::format("{}: {}", context, AvErrorText(error)));
  }
}

void RouteAvLog() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(&LogLine); });
}

}  // namespace longtake::worker
