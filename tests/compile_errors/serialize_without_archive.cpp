// expect: this type goes through Boost.Serialization: include <bask/core/archive.hpp>
#include <bask/bask.hpp>

#include <string>

struct Station {
  std::string name;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name;
  }
};

std::string name_of(const Station& station) {
  return station.name;
}

int main() {
  auto name = bask::delayed<name_of>(Station{"Uccle"});
}
