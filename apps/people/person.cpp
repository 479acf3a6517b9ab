#include "person.hpp"

#include <array>
#include <string_view>

namespace people {
namespace {

// Random numbers that depend on the seed and the person alone.
// Source: SplitMix64 (Steele, Lea and Flood 2014).
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t number) : state_(seed * 0xd1342543de82ef95 + number) {
    state_ = next();
  }
  /// From 0 to count - 1.
  std::uint64_t below(std::uint64_t count) { return next() % count; }
  template <std::size_t N>
  std::string one_of(const std::array<std::string_view, N>& list) {
    return std::string(list[below(N)]);
  }
  std::string digits(std::size_t count) {
    std::string text(count, '0');
    for (char& digit : text) digit = static_cast<char>('0' + below(10));
    return text;
  }

 private:
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 24> kFirstNames{
    "Ada",   "Alan",   "Barbara", "Björn", "Carl", "Chloé", "Donald", "Edsger",
    "Emmy",  "Grace",  "Hedy",    "Ines",  "John", "Katja", "Lars",   "Lise",
    "Marie", "Niklas", "Olga",    "Paul",  "Rosa", "Sofia", "Tomáš",  "Zoë"};
constexpr std::array<std::string_view, 20> kLastNames{
    "Abel",   "Barrett",  "Curie",  "Dijkstra", "Euler",  "Fischer", "García", "Hopper", "Ibarra",   "Jensen",
    "Keller", "Lovelace", "Müller", "Noether",  "Ørsted", "Perlis",  "Ritter", "Stein",  "O'Turing", "Weber"};
constexpr std::array<std::string_view, 40> kOccupations{
    "Accountant", "Actor",   "Archivist",   "Astronomer",   "Baker",       "Beekeeper", "Bookbinder",
    "Brewer",     "Butcher", "Carpenter",   "Cartographer", "Chemist",     "Clerk",     "Cook",
    "Dentist",    "Diver",   "Electrician", "Engineer",     "Farmer",      "Fisherman", "Gardener",
    "Geologist",  "Glazier", "Goldsmith",   "Historian",    "Hydrologist", "Joiner",    "Librarian",
    "Locksmith",  "Mason",   "Mechanic",    "Miller",       "Nurse",       "Optician",  "Painter",
    "Pilot",      "Plumber", "Roofer",      "Surveyor",     "Teacher"};
constexpr std::array<std::string_view, 8> kStreets{"Birch Lane", "Canal Street",  "Church Road",
                                                   "Elm Avenue", "Mill Street",   "Oak Drive",
                                                   "Park Road",  "Station Street"};
constexpr std::array<std::string_view, 12> kCities{"Aarhus", "Bergen", "Coimbra", "Delft",
                                                   "Ghent",  "Kraków", "Lund",    "Málaga",
                                                   "Pisa",   "Tartu",  "Uppsala", "Zürich"};

std::string expiration(Draws& draws) {
  const std::uint64_t month = 1 + draws.below(12);
  return (month < 10 ? "0" : "") + std::to_string(month) + "/" + std::to_string(25 + draws.below(8));
}

}  // namespace

Person make_person(std::int64_t number, std::uint64_t seed) {
  Draws draws(seed, static_cast<std::uint64_t>(number));
  Person person;
  person.age = static_cast<int>(16 + draws.below(51));
  person.name = {draws.one_of(kFirstNames), draws.one_of(kLastNames)};
  person.occupation = draws.one_of(kOccupations);
  person.telephone = "+49 " + draws.digits(3) + " " + draws.digits(7);
  person.address.address = std::to_string(1 + draws.below(999)) + " " + draws.one_of(kStreets);
  person.address.city = draws.one_of(kCities);
  person.credit_card.number =
      draws.digits(4) + " " + draws.digits(4) + " " + draws.digits(4) + " " + draws.digits(4);
  person.credit_card.expiration_date = expiration(draws);
  return person;
}

}  // namespace people
