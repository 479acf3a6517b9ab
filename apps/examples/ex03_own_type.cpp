// ex03_own_type.cpp: a class of your own as argument and result. Bask must be able to send it to another
// process: it is trivially copyable, or has a member `serialize` that lists its parts, as in
// Boost.Serialization.
//
//   build/release/apps/ex03_own_type
//   mpirun -n 3 build/release/apps/ex03_own_type
//
// Prints: north: 3 winds, 7 m/s on average
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>

#include <iostream>
#include <numeric>
#include <string>
#include <vector>

// 1. The class: it has a default constructor, and a member that lists its parts.
struct Station {
  std::string name;
  std::vector<double> winds;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& winds;
  }
};

// 2. Functions that return it or take it. They know nothing about ranks.
Station load(std::string name) {
  return {std::move(name), {5, 7, 9}};
}

double mean(const Station& station) {
  return std::accumulate(station.winds.begin(), station.winds.end(), 0.0) /
         static_cast<double>(station.winds.size());
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 3. Lazy calls with it.
    const auto station = bask::delayed<load>(std::string("north"));
    const auto average = bask::delayed<mean>(station);

    // 4. Get two results from one run.
    const auto [loaded, wind] = bask::compute(station, average);
    std::cout << loaded.name << ": " << loaded.winds.size() << " winds, " << wind << " m/s on average"
              << std::endl;
  });
}
