#include "worker/quality/film_collect.h"

#include <iterator>
#include <utility>

namespace longtake::worker {
namespace {

double SecondsEach(const VideoFacts& facts) {
  return facts.grid.num > 0 && facts.grid.den > 0 ? 1 / facts.grid.AsDouble()
                                                  : 0;
}

template <typename T>
void Append(std::vector<T> from, std::vector<T>* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()),
             std::make_move_iterator(from.end()));
}

}  // namespace

FilmCollect::FilmCollect(const VideoFacts& facts, SeamPlaces seams)
    : timing_(facts.grid, facts.tick_hz),
      faults_(SecondsEach(facts)),
      seams_(std::move(seams)) {}

void FilmCollect::Take(CellFindings found) {
  if (!found.records.empty()) {
    // Between the cells.
    found.records.front().change = ChangeBetween(last_, found.first);
    last_ = std::move(found.last);
  }
  for (const PictureRecord& record : found.records) {
    const FrameIndex place = timing_.Add(record.stamp.ticks);
    faults_.Add(record);
    seams_.Add(place, record);
  }
  all_.seen.push_back(std::move(found.seen));
  Append(std::move(found.faces), &all_.faces);
  Append(std::move(found.colours), &all_.colours);
}

void FilmCollect::Add(size_t index, CellFindings found) {
  const absl::MutexLock lock(&mutex_);
  early_.emplace(index, std::move(found));
  for (auto it = early_.find(next_); it != early_.end();
       it = early_.find(++next_)) {
    Take(std::move(it->second));
    early_.erase(it);
  }
}

CollectedLooks FilmCollect::Finish() {
  const absl::MutexLock lock(&mutex_);
  all_.timing = timing_.Findings();
  all_.pictures = faults_.Finish();
  all_.seams = seams_.Finish();
  return std::move(all_);
}

}  // namespace longtake::worker
