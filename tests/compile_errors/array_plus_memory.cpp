// expect: beside an array stands an array or a number\. Numbers in memory become an array by from_array
#include <bask/bask.hpp>

int main() {
  auto wrong = bask::zeros({2}) + std::vector<double>{1, 2};
}
