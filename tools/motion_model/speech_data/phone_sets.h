#pragma once
// The phone sets of the voices that do not speak IPA, as IPA.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longtake::speech_data {

struct PhoneName {
  std::string_view name;  // as the voice writes it
  std::string_view ipa;   // phones of ipa.h, one space between them
};

// A table from a voice's own phone names to IPA. Immutable, of static storage.
class PhoneSet {
 public:
  constexpr explicit PhoneSet(std::span<const PhoneName> names)
      : names_(names) {}
  // Empty when the set has no such phone.
  std::vector<std::string> ToIpa(std::string_view name) const;
  std::span<const PhoneName> names() const { return names_; }

 private:
  std::span<const PhoneName> names_;
};

const PhoneSet& ArpabetPhones();  // flite; festival's English voices
const PhoneSet& ItalianPhones();  // lp, pc
const PhoneSet& CzechPhones();
const PhoneSet& FinnishPhones();  // Suopuhe: lj, mv
const PhoneSet& CatalanPhones();  // UPC
const PhoneSet& RussianPhones();  // msu_ru_nsh
const PhoneSet& IndicPhones();    // NSK: Hindi, Marathi, Telugu

}  // namespace longtake::speech_data
