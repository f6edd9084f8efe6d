#include "worker/quality/identity_figures.h"

#include <algorithm>
#include <cmath>

#include "worker/quality/least_squares.h"

namespace longtake::worker {

double DescriptorCosine(const FaceDescriptor& a, const FaceDescriptor& b) {
  double aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const double scale = std::sqrt(aa * bb);
  return scale > 0 ? ab / scale : 0;
}

std::optional<IdentityFigures> MeasureIdentity(
    const FaceDescriptor& reference, const std::vector<FaceSample>& samples) {
  IdentityFigures figures;
  figures.looked_at = std::ssize(samples);
  figures.cosine_min = 1;
  std::vector<TimedValue> distances;
  for (const FaceSample& sample : samples) {
    if (!sample.descriptor) {
      ++figures.without_face;
      continue;
    }
    IdentityPoint point;
    point.seconds = sample.seconds;
    point.cosine = DescriptorCosine(*sample.descriptor, reference);
    point.distance =
        static_cast<double>(DescriptorDistance(*sample.descriptor, reference));
    figures.cosine_mean += point.cosine;
    figures.distance_mean += point.distance;
    figures.cosine_min = std::min(figures.cosine_min, point.cosine);
    if (figures.points.empty() || point.distance > figures.distance_max) {
      figures.distance_max = point.distance;
      figures.worst_seconds = point.seconds;
    }
    distances.push_back({point.seconds, point.distance});
    figures.points.push_back(point);
  }
  if (figures.points.empty()) return std::nullopt;
  const double n = static_cast<double>(figures.points.size());
  figures.cosine_mean /= n;
  figures.distance_mean /= n;
  figures.slope_per_minute = SlopePerMinute(distances);
  return figures;
}

}  // namespace longtake::worker
