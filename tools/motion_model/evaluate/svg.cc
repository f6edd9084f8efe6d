#include "tools/motion_model/evaluate/svg.h"

#include <fmt/format.h>

namespace longtake::evaluation {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

const char* Name(Svg::Anchor anchor) {
  switch (anchor) {
    case Svg::Anchor::kStart:
      return "start";
    case Svg::Anchor::kMiddle:
      return "middle";
    case Svg::Anchor::kEnd:
      return "end";
  }
  return "";
}

}  // namespace

void Svg::Rect(double x, double y, double width, double height,
               std::string_view fill) {
  body_ += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
      "fill=\"{}\"/>\n",
      x, y, width, height, fill);
}

void Svg::Line(Point from, Point to, std::string_view stroke, double width,
               bool dashed) {
  body_ += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
      "stroke=\"{}\" stroke-width=\"{}\"{}/>\n",
      from.first, from.second, to.first, to.second, stroke, width,
      dashed ? " stroke-dasharray=\"4 3\"" : "");
}

void Svg::Path(const std::vector<Point>& points, std::string_view stroke,
               double width) {
  body_ += "<polyline points=\"";
  for (const Point& p : points) {
    body_ += fmt::format("{:.1f},{:.1f} ", p.first, p.second);
  }
  body_ += fmt::format("\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                       stroke, width);
}

void Svg::Text(Point at, std::string_view text, Anchor anchor,
               std::string_view fill, int size) {
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\" "
      "font-size=\"{}\" dy=\"0.35em\">{}</text>\n",
      at.first, at.second, Name(anchor), fill, size, Escape(text));
}

std::string Svg::Document() const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n{2}</svg>\n",
      width_, height_, body_);
}

}  // namespace longtake::evaluation
