// replay_program.cpp: a program for tests, of which a task fails; its file is then replayed.
//
//   replay_program own        its inputs are of a type of its own, a vector and a text
//   replay_program moved      it changes what it was given before it throws
//   replay_program array      it is a function over a block of an array
//   replay_program retries    it fails at each of three tries
//   replay_program caught     five computations fail, and the program goes on
//   replay_program weather    it fails while the file ./rain exists
//   mpirun -n 3 replay_program rank 2   tasks fail on that rank alone
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>

#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace {

struct Station {
  std::string name;
  std::map<std::string, double> heights;
  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& name& heights;
  }
};

Station station(const std::string& name) {
  return {name, {{"mast", 10.5}, {"roof", 4}}};
}
std::vector<double> winds(int count) {
  std::vector<double> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 1.0);
  return all;
}
double corrected(const Station& at, const std::vector<double>& all, const std::string& unit, int shift) {
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  throw std::domain_error(at.name + " at " + std::to_string(at.heights.at("mast")) + ": the sum is " +
                          std::to_string(sum + shift) + " " + unit);
}
double emptied(std::vector<double> all) {
  const std::size_t size = all.size();
  all.clear();
  throw std::length_error("there were " + std::to_string(size) + " numbers");
}
double positive(double x) {
  if (x > 16) throw std::range_error("an element is " + std::to_string(x));
  return x;
}
int never(int x) {
  std::cerr << "try" << std::endl;
  throw std::runtime_error("never " + std::to_string(x));
}
std::vector<int> dry(const std::vector<int>& all) {
  if (std::filesystem::exists("rain")) throw std::runtime_error("it rains");
  return all;
}
int except_on(int number, const std::string& rank) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const char* const own = std::getenv("OMPI_COMM_WORLD_RANK");
  if (own != nullptr && own == rank) throw std::runtime_error("not on rank " + rank);
  return number;
}
int total(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

void fail_on(const std::string& rank) {
  std::vector<bask::Delayed<int>> all;
  for (int i = 0; i < 30; ++i) all.push_back(bask::delayed<except_on>(i, rank));
  std::cout << bask::delayed<total>(all).compute() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "own") {
      auto all = bask::delayed<winds>(3);
      bask::delayed<corrected>(bask::delayed<station>(std::string("harbour")), all, std::string("m/s"), 2)
          .compute();
    } else if (what == "moved") {
      bask::delayed<emptied>(bask::delayed<winds>(1000)).compute();
    } else if (what == "array") {
      bask::map<positive>(bask::arange<double>(0.0, 24.0, 1.0, 8) + 0.5).sum().compute();
    } else if (what == "retries") {
      bask::delayed<never>({.retries = 2})(7).compute();
    } else if (what == "caught") {
      for (int i = 0; i < 5; ++i) {
        try {
          bask::delayed<never>(i).compute();
        } catch (const bask::TaskError&) {
        }
      }
    } else if (what == "weather") {
      for (int sum : bask::delayed<dry>(std::vector<int>{3, 4}).compute()) std::cout << sum << '\n';
    } else if (what == "rank") {
      fail_on(argv[2]);
    }
  });
}
