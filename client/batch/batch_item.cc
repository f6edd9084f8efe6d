#include "client/batch/batch_item.h"

namespace longtake::client {

std::string BatchActionName(BatchAction action) {
  switch (action) {
    case BatchAction::kToSubmit:
      return "to submit";
    case BatchAction::kSubmitted:
      return "submitted";
    case BatchAction::kKnown:
      return "known";
    case BatchAction::kToRetry:
      return "to retry";
    case BatchAction::kRetried:
      return "retried";
    case BatchAction::kOutputThere:
      return "output is there";
    case BatchAction::kRefused:
      return "refused";
  }
  return "unknown";
}

bool HasFailed(const BatchItem& item) {
  if (!item.error.ok()) return true;
  return item.view && (item.view->state == JobState::kFailed ||
                       item.view->state == JobState::kCancelled);
}

bool IsLive(const BatchItem& item) {
  return item.error.ok() && item.view && !HasEnded(item.view->state);
}

}  // namespace longtake::client
