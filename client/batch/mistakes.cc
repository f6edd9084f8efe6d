#include "client/batch/mistakes.h"

#include <fmt/format.h>

namespace longtake::client {

void Mistakes::AddUnlessOk(int line, const Status& status) {
  if (!status.ok()) Add(line, Message(status));
}

Status Mistakes::ToStatus() const {
  if (found_.empty()) return OkStatus();
  std::string text =
      found_.size() == 1
          ? fmt::format("{}: a mistake; nothing was submitted:", file_)
          : fmt::format("{}: {} mistakes; nothing was submitted:", file_,
                        found_.size());
  for (const auto& [line, problem] : found_) {
    text += fmt::format("\n{}:{}: {}", file_, line, problem);
  }
  return InvalidArgument(text);
}

}  // namespace longtake::client
