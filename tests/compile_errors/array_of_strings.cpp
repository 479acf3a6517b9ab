// expect: arrays hold bool, integers, float, double and complex numbers of them
#include <bask/bask.hpp>

int main() {
  bask::Array<std::string> names;
}
