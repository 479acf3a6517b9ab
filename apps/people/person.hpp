// person.hpp: records of people as the lesson has them, and what the program reads of them.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/fields.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace people {

struct Address {
  std::string address, city;
  static constexpr auto fields = bask::fields("address", &Address::address, "city", &Address::city);
};

struct CreditCard {
  std::string number, expiration_date;
  static constexpr auto fields =
      bask::fields("number", &CreditCard::number, "expiration-date", &CreditCard::expiration_date);
};

/// A record as it is made.
struct Person {
  int age = 0;
  std::vector<std::string> name;  ///< first and last
  std::string occupation, telephone;
  Address address;
  CreditCard credit_card;
  static constexpr auto fields =
      bask::fields("age", &Person::age, "name", &Person::name, "occupation", &Person::occupation, "telephone",
                   &Person::telephone, "address", &Person::address, "credit-card", &Person::credit_card);
};

/// A record as it is read: the fields that the program needs, of which nothing else is made.
struct Worker {
  int age = 0;
  std::string occupation;
  static constexpr auto fields = bask::fields("age", &Worker::age, "occupation", &Worker::occupation);
};

/// The person of this number, always the same one for a seed.
Person make_person(std::int64_t number, std::uint64_t seed);

}  // namespace people
