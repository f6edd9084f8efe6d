#pragma once
// Puts what was seen in a film's cells together, in the order of time, however
// they were finished. Private to worker/quality.

#include <cstddef>
#include <map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/quality/film_look.h"
#include "worker/quality/film_measures.h"

namespace longtake::worker {

// Everything but records, of all cells in order.
struct CollectedLooks {
  TimingFindings timing;
  PictureFindings pictures;
  std::vector<FilmSeam> seams;
  std::vector<std::vector<SeenMouth>> seen;  // by cell
  std::vector<FaceSample> faces;
  std::vector<ColourSample> colours;
};

// Thread-safe. Keeps the records of cells only until those before them are
// there.
class FilmCollect {
 public:
  FilmCollect(const VideoFacts& facts, SeamPlaces seams);

  // The findings of cell `index`, each once.
  void Add(size_t index, CellFindings found);
  // After the last.
  CollectedLooks Finish();

 private:
  void Take(CellFindings found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::map<size_t, CellFindings> early_ ABSL_GUARDED_BY(mutex_);
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  TimingCheck timing_ ABSL_GUARDED_BY(mutex_);
  PictureFaults faults_ ABSL_GUARDED_BY(mutex_);
  SeamScores seams_ ABSL_GUARDED_BY(mutex_);
  LumaRows last_ ABSL_GUARDED_BY(mutex_);
  CollectedLooks all_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::worker
