#include "tools/motion_model/speech_data/phone_sets.h"

namespace longtake::speech_data {
namespace {

constexpr PhoneName kArpabet[] = {
    {"aa", "ɑ"},  {"ae", "æ"},  {"ah", "ʌ"},  {"ao", "ɔ"},  {"aw", "aʊ"},
    {"ax", "ə"},  {"axr", "ɚ"}, {"ay", "aɪ"}, {"b", "b"},   {"ch", "tʃ"},
    {"d", "d"},   {"dh", "ð"},  {"dx", "ɾ"},  {"eh", "ɛ"},  {"el", "l"},
    {"em", "m"},  {"en", "n"},  {"er", "ɝ"},  {"ey", "eɪ"}, {"f", "f"},
    {"g", "ɡ"},   {"hh", "h"},  {"hv", "h"},  {"ih", "ɪ"},  {"iy", "i"},
    {"jh", "dʒ"}, {"k", "k"},   {"l", "l"},   {"m", "m"},   {"n", "n"},
    {"nx", "n"},  {"ng", "ŋ"},  {"ow", "oʊ"}, {"oy", "ɔɪ"}, {"p", "p"},
    {"r", "ɹ"},   {"s", "s"},   {"sh", "ʃ"},  {"t", "t"},   {"th", "θ"},
    {"uh", "ʊ"},  {"uw", "u"},  {"v", "v"},   {"w", "w"},   {"y", "j"},
    {"z", "z"},   {"zh", "ʒ"},  {"pau", "_"}, {"h#", "_"},  {"brth", "_"},
    {"ssil", "_"}};

constexpr PhoneName kItalian[] = {
    {"i", "i"},   {"e", "e"},   {"E", "ɛ"},  {"a", "a"},   {"o", "o"},
    {"O", "ɔ"},   {"u", "u"},   {"i1", "i"}, {"e1", "e"},  {"E1", "ɛ"},
    {"a1", "a"},  {"o1", "o"},  {"O1", "ɔ"}, {"u1", "u"},  {"j", "j"},
    {"w", "w"},   {"p", "p"},   {"t", "t"},  {"k", "k"},   {"b", "b"},
    {"d", "d"},   {"g", "ɡ"},   {"f", "f"},  {"s", "s"},   {"S", "ʃ"},
    {"v", "v"},   {"z", "z"},   {"Z", "ʒ"},  {"ts", "ts"}, {"tS", "tʃ"},
    {"dz", "dz"}, {"dZ", "dʒ"}, {"m", "m"},  {"n", "n"},   {"J", "ɲ"},
    {"ng", "ŋ"},  {"nf", "ɱ"},  {"l", "l"},  {"L", "ʎ"},   {"r", "r"},
    {"#", "_"}};

constexpr PhoneName kCzech[] = {
    {"#", "_"},   {"_", "ʔ"},    {"a", "a"},  {"a:", "a"}, {"b", "b"},
    {"c", "ts"},  {"c~", "tʃ"},  {"ch", "x"}, {"d", "d"},  {"d~", "ɟ"},
    {"dz", "dz"}, {"dz~", "dʒ"}, {"e", "ɛ"},  {"e:", "ɛ"}, {"f", "f"},
    {"g", "ɡ"},   {"h", "ɦ"},    {"i", "ɪ"},  {"i:", "i"}, {"j", "j"},
    {"k", "k"},   {"l", "l"},    {"m", "m"},  {"n", "n"},  {"n*", "ŋ"},
    {"n~", "ɲ"},  {"o", "o"},    {"o:", "o"}, {"p", "p"},  {"r", "r"},
    {"r~", "ʒ"},  {"r~*", "ʃ"},  {"s", "s"},  {"s~", "ʃ"}, {"t", "t"},
    {"t~", "c"},  {"u", "u"},    {"u:", "u"}, {"v", "v"},  {"z", "z"},
    {"z~", "ʒ"}};

constexpr PhoneName kFinnish[] = {
    {"a", "ɑ"},  {"e", "e"},  {"i", "i"},  {"o", "o"},  {"u", "u"},
    {"y", "y"},  {"@", "æ"},  {"7", "ø"},  {"&", "ə"},  {"a:", "ɑ"},
    {"e:", "e"}, {"i:", "i"}, {"o:", "o"}, {"u:", "u"}, {"y:", "y"},
    {"@:", "æ"}, {"7:", "ø"}, {"p", "p"},  {"t", "t"},  {"k", "k"},
    {"b", "b"},  {"d", "d"},  {"g", "ɡ"},  {"f", "f"},  {"T", "θ"},
    {"s", "s"},  {"S", "ʃ"},  {"h", "h"},  {"v", "ʋ"},  {"m", "m"},
    {"n", "n"},  {"N", "ŋ"},  {"l", "l"},  {"L", "ʎ"},  {"r", "r"},
    {"j", "j"},  {"w", "w"},  {"p:", "p"}, {"t:", "t"}, {"k:", "k"},
    {"b:", "b"}, {"d:", "d"}, {"g:", "ɡ"}, {"f:", "f"}, {"T:", "θ"},
    {"D:", "ð"}, {"s:", "s"}, {"z:", "z"}, {"S:", "ʃ"}, {"Z:", "ʒ"},
    {"h:", "h"}, {"v:", "ʋ"}, {"m:", "m"}, {"n:", "n"}, {"N:", "ŋ"},
    {"w:", "w"}, {"l:", "l"}, {"L:", "ʎ"}, {"r:", "r"}, {"j:", "j"},
    {"##", "_"}, {"#", "_"}};

constexpr PhoneName kCatalan[] = {
    {"ax", "ə"},  {"a", "a"},  {"a1", "a"}, {"b", "b"},  {"d", "d"},
    {"e", "e"},   {"e1", "e"}, {"E", "ɛ"},  {"E1", "ɛ"}, {"f", "f"},
    {"g", "ɡ"},   {"i", "i"},  {"i1", "i"}, {"j", "j"},  {"J", "ɲ"},
    {"k", "k"},   {"l", "l"},  {"L", "ʎ"},  {"m", "m"},  {"n", "n"},
    {"o", "o"},   {"o1", "o"}, {"O", "ɔ"},  {"O1", "ɔ"}, {"p", "p"},
    {"r", "ɾ"},   {"rr", "r"}, {"s", "s"},  {"S", "ʃ"},  {"t", "t"},
    {"u", "u"},   {"u1", "u"}, {"w", "w"},  {"z", "z"},  {"Z", "ʒ"},
    {"pau", "_"}, {"_", "_"},  {"#", "_"}};

constexpr PhoneName kRussian[] = {
    {"pau", "_"}, {"ii", "i"}, {"yy", "ɨ"}, {"uu", "u"},  {"ee", "ɛ"},
    {"oo", "o"},  {"aa", "a"}, {"a", "ɐ"},  {"e", "ɪ"},   {"i", "ɪ"},
    {"y", "ɨ"},   {"u", "ʊ"},  {"ae", "ə"}, {"ay", "ə"},  {"ur", "ʊ"},
    {"p", "p"},   {"pp", "p"}, {"b", "b"},  {"bb", "b"},  {"t", "t"},
    {"tt", "t"},  {"d", "d"},  {"dd", "d"}, {"k", "k"},   {"kk", "k"},
    {"g", "ɡ"},   {"gg", "ɡ"}, {"c", "ts"}, {"ch", "tɕ"}, {"f", "f"},
    {"ff", "f"},  {"v", "v"},  {"vv", "v"}, {"s", "s"},   {"ss", "s"},
    {"z", "z"},   {"zz", "z"}, {"sh", "ʂ"}, {"sch", "ɕ"}, {"zh", "ʐ"},
    {"h", "x"},   {"hh", "x"}, {"m", "m"},  {"mm", "m"},  {"n", "n"},
    {"nn", "n"},  {"l", "l"},  {"ll", "l"}, {"r", "r"},   {"rr", "r"},
    {"j", "j"}};

constexpr PhoneName kIndic[] = {
    {"a", "ə"},     {"aa", "a"},      {"ih", "ɪ"},  {"iy", "i"},  {"uh", "ʊ"},
    {"uw", "u"},    {"eh", "e"},      {"ee", "e"},  {"ay", "aɪ"}, {"oh", "o"},
    {"oo", "o"},    {"aw", "aʊ"},     {"f", "f"},   {"k", "k"},   {"g", "ɡ"},
    {"ch", "tʃ"},   {"T", "ʈ"},       {"D", "ɖ"},   {"N", "ɳ"},   {"th", "t"},
    {"dh", "d"},    {"n", "n"},       {"p", "p"},   {"b", "b"},   {"m", "m"},
    {"y", "j"},     {"r", "r"},       {"l", "l"},   {"v", "ʋ"},   {"L", "ɭ"},
    {"R", "ɽ"},     {"s", "s"},       {"sh", "ʃ"},  {"j", "dʒ"},  {"h", "h"},
    {"ksh", "k ʂ"}, {"sri", "ʃ r i"}, {"x", "_"},   {"kh", "k"},  {"gh", "ɡ"},
    {"td", "ʈ"},    {"tth", "ʈ"},     {"ddh", "ɖ"}, {"bh", "b"},  {"zh", "ʒ"},
    {"@", "ə"},     {"pau", "_"},     {"w", "w"}};

}  // namespace

std::vector<std::string> PhoneSet::ToIpa(std::string_view name) const {
  std::vector<std::string> phones;
  for (const PhoneName& row : names_) {
    if (row.name != name) continue;
    std::string_view rest = row.ipa;
    while (!rest.empty()) {
      const size_t space = rest.find(' ');
      phones.emplace_back(rest.substr(0, space));
      rest = space == rest.npos ? "" : rest.substr(space + 1);
    }
    break;
  }
  return phones;
}

const PhoneSet& ArpabetPhones() {
  static constexpr PhoneSet kSet(kArpabet);
  return kSet;
}

const PhoneSet& ItalianPhones() {
  static constexpr PhoneSet kSet(kItalian);
  return kSet;
}

const PhoneSet& CzechPhones() {
  static constexpr PhoneSet kSet(kCzech);
  return kSet;
}

const PhoneSet& FinnishPhones() {
  static constexpr PhoneSet kSet(kFinnish);
  return kSet;
}

const PhoneSet& CatalanPhones() {
  static constexpr PhoneSet kSet(kCatalan);
  return kSet;
}

const PhoneSet& RussianPhones() {
  static constexpr PhoneSet kSet(kRussian);
  return kSet;
}

const PhoneSet& IndicPhones() {
  static constexpr PhoneSet kSet(kIndic);
  return kSet;
}

}  // namespace longtake::speech_data
