// expect: beside an array stands an array or a number
#include <bask/bask.hpp>

int main() {
  auto wrong = bask::zeros({4}) + "1";
}
