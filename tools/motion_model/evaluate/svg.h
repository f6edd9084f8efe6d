#pragma once
// Just enough SVG for plots. Coordinates in pixels, y downwards.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longtake::evaluation {

class Svg {
 public:
  enum class Anchor { kStart, kMiddle, kEnd };
  using Point = std::pair<double, double>;

  Svg(int width, int height) : width_(width), height_(height) {}

  void Rect(double x, double y, double width, double height,
            std::string_view fill);
  void Line(Point from, Point to, std::string_view stroke, double width = 1,
            bool dashed = false);
  void Path(const std::vector<Point>& points, std::string_view stroke,
            double width = 1.6);
  // Centred on y.
  void Text(Point at, std::string_view text, Anchor anchor = Anchor::kStart,
            std::string_view fill = "#333", int size = 12);

  // The whole file.
  std::string Document() const;

 private:
  const int width_, height_;
  std::string body_;
};

}  // namespace longtake::evaluation
