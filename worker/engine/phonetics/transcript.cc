#include "worker/engine/phonetics/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "worker/engine/guides/guide_text.h"

namespace longtake::worker {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view kArrow = "-->";
constexpr std::string_view kVttHeader = "WEBVTT";

bool IsBlank(std::string_view line) { return Trimmed(line).empty(); }

// "<v Anna>", "<i>" and "{\an8}" are mark-up of subtitles, not words.
std::string WithoutMarkup(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    const bool tag = line[0] == '<' || line.starts_with("{\\");
    const size_t end = tag ? line.find(line[0] == '<' ? '>' : '}') : 0;
    if (tag && end != std::string_view::npos) {
      line.remove_prefix(end + 1);
      continue;
    }
    plain += line[0];
    line.remove_prefix(1);
  }
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", " "},
      {"&lrm;", ""}, {"&rlm;", ""}, {"&amp;", "&"}};
  for (const auto& [entity, character] : kEntities) {
    for (size_t at = 0; (at = plain.find(entity, at)) != std::string::npos;) {
      plain.replace(at, entity.size(), character);
      at += character.size();
    }
  }
  return plain;
}

// Appends the words of `line`, single spaces between.
void AppendWords(std::string_view line, std::string* text) {
  for (char c : line) {
    if (c != ' ' && c != '\t') {
      *text += c;
    } else if (!text->empty() && text->back() != ' ') {
      *text += ' ';
    }
  }
  if (!text->empty() && text->back() != ' ') *text += ' ';
}

// Letters, digits, anything beyond ASCII: something that can be said.
bool HasWords(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0;
  });
}

void AddPhrase(TranscriptPhrase phrase, std::vector<TranscriptPhrase>* out) {
  while (phrase.text.ends_with(' ')) phrase.text.pop_back();
  if (HasWords(phrase.text)) out->push_back(std::move(phrase));
}

std::vector<TranscriptPhrase> Paragraphs(const Lines& lines) {
  std::vector<TranscriptPhrase> phrases;
  TranscriptPhrase phrase;
  for (size_t i = 0; i <= lines.size(); ++i) {
    if (i == lines.size() || IsBlank(lines[i])) {
      AddPhrase(std::exchange(phrase, {}), &phrases);
      continue;
    }
    if (phrase.text.empty()) phrase.line = static_cast<int64_t>(i) + 1;
    AppendWords(lines[i], &phrase.text);
  }
  return phrases;
}

// Reads the cues of either format, which differ in the header, in what may
// stand between cues, and in the mark before the milliseconds.
class CueReader {
 public:
  CueReader(const NamedGuide& guide, const Lines& lines, bool vtt,
            int64_t end_us)
      : guide_(guide), lines_(lines), vtt_(vtt), end_us_(end_us) {}

  StatusOr<std::vector<TranscriptPhrase>> Read() {
    if (vtt_) SkipBlock();  // the header and what belongs to it
    while (SkipBlanks()) LT_RETURN_IF_ERROR(ReadBlock());
    return std::move(phrases_);
  }

 private:
  int64_t line() const { return static_cast<int64_t>(at_) + 1; }
  bool SkipBlanks() {
    while (at_ < lines_.size() && IsBlank(lines_[at_])) ++at_;
    return at_ < lines_.size();
  }
  void SkipBlock() {
    while (at_ < lines_.size() && !IsBlank(lines_[at_])) ++at_;
  }

  Status ReadBlock();
  StatusOr<std::pair<int64_t, int64_t>> ReadTimes();

  const NamedGuide& guide_;
  const Lines& lines_;
  const bool vtt_;
  const int64_t end_us_;
  size_t at_ = 0;
  int64_t last_begin_us_ = 0;
  std::vector<TranscriptPhrase> phrases_;
};

Status CueReader::ReadBlock() {
  const std::string_view first = Trimmed(lines_[at_]);
  if (vtt_ &&
      (first.starts_with("NOTE") || first == "STYLE" || first == "REGION")) {
    SkipBlock();
    return OkStatus();
  }
  // A number or a name may stand above the times.
  if (first.find(kArrow) == std::string_view::npos) ++at_;
  TranscriptPhrase phrase;
  phrase.line = line();
  LT_ASSIGN_OR_RETURN(const auto times, ReadTimes());
  phrase.begin_us = times.first;
  phrase.end_us = times.second;
  for (++at_; at_ < lines_.size() && !IsBlank(lines_[at_]); ++at_) {
    if (lines_[at_].find(kArrow) != std::string_view::npos) {
      return guide_.Error(line(),
                          "times in the middle of a cue: put a blank line "
                          "before each cue");
    }
    AppendWords(WithoutMarkup(lines_[at_]), &phrase.text);
  }
  AddPhrase(std::move(phrase), &phrases_);
  return OkStatus();
}

StatusOr<std::pair<int64_t, int64_t>> CueReader::ReadTimes() {
  const std::string_view text =
      at_ < lines_.size() ? Trimmed(lines_[at_]) : std::string_view();
  const size_t arrow = text.find(kArrow);
  const std::string_view after =
      arrow == std::string_view::npos
          ? std::string_view()
          : Trimmed(text.substr(arrow + kArrow.size()));
  const auto begin = ParseGuideTime(Trimmed(text.substr(0, arrow)));
  // Settings of the cue may follow.
  const auto end = ParseGuideTime(after.substr(0, after.find_first_of(" \t")));
  if (!begin || !end) {
    return guide_.Error(
        std::min(line(), static_cast<int64_t>(lines_.size())),
        fmt::format("'{}' is no line of times: give 00:00:01{}000 --> "
                    "00:00:02{}500",
                    text, vtt_ ? '.' : ',', vtt_ ? '.' : ','));
  }
  if (*end <= *begin) {
    return guide_.Error(
        line(), fmt::format("the cue ends at {}, before it "
                            "begins at {}: correct its times",
                            FormatGuideTime(*end), FormatGuideTime(*begin)));
  }
  if (*begin < last_begin_us_) {
    return guide_.Error(
        line(),
        fmt::format("the cue begins at {}, before the one "
                    "above it ({}): sort the cues by time",
                    FormatGuideTime(*begin), FormatGuideTime(last_begin_us_)));
  }
  if (*begin > end_us_) {
    return guide_.Error(
        line(), fmt::format("the cue begins at {}, past the "
                            "end of the audio, {}: take it out "
                            "or correct it",
                            FormatGuideTime(*begin), FormatGuideTime(end_us_)));
  }
  last_begin_us_ = *begin;
  return std::pair{*begin, *end};
}

bool NameEndsIn(std::string_view name, std::string_view extension) {
  if (name.size() < extension.size()) return false;
  const std::string_view end = name.substr(name.size() - extension.size());
  return std::equal(end.begin(), end.end(), extension.begin(),
                    [](char a, char b) {
                      return std::tolower(static_cast<unsigned char>(a)) == b;
                    });
}

Status CheckName(const NamedGuide& guide, TranscriptFormat format) {
  if (NameEndsIn(guide.guide.name, ".srt") &&
      format != TranscriptFormat::kSrt) {
    return guide.Error(1,
                       "is no SubRip cue: give a number, then a line like "
                       "00:00:01,000 --> 00:00:02,500, or name it .txt");
  }
  if (NameEndsIn(guide.guide.name, ".vtt") &&
      format != TranscriptFormat::kVtt) {
    return guide.Error(1, "is not 'WEBVTT': begin with it, or name it .txt");
  }
  return OkStatus();
}

}  // namespace

TranscriptFormat DetectTranscriptFormat(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  if (text.starts_with(kVttHeader)) return TranscriptFormat::kVtt;
  int seen = 0;
  while (!text.empty() && seen < 2) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (line.find(kArrow) != std::string_view::npos)
      return TranscriptFormat::kSrt;
    if (line.find_first_not_of(" \t\r\n") != std::string_view::npos) ++seen;
  }
  return TranscriptFormat::kText;
}

StatusOr<std::vector<TranscriptPhrase>> ParseTranscript(const Guide& guide,
                                                        int64_t end_us) {
  const NamedGuide named{"transcript", guide};
  LT_ASSIGN_OR_RETURN(const Lines lines, GuideLines(named));
  const TranscriptFormat format = DetectTranscriptFormat(guide.text);
  LT_RETURN_IF_ERROR(CheckName(named, format));
  std::vector<TranscriptPhrase> phrases;
  if (format == TranscriptFormat::kText) {
    phrases = Paragraphs(lines);
  } else {
    LT_ASSIGN_OR_RETURN(
        phrases,
        CueReader(named, lines, format == TranscriptFormat::kVtt, end_us)
            .Read());
  }
  if (phrases.empty()) {
    return named.Error("nothing is said in it: give the words that are heard");
  }
  return phrases;
}

}  // namespace longtake::worker
