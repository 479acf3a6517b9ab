// expect: the layers that are read must be Tasks<T>, where the function takes Inputs<T>
#include <bask/bask.hpp>

struct Numbers {
  void operator()(std::uint32_t i, bask::TaskWriter& task) const { task.argument(i); }
};
double half(unsigned i) {
  return i / 2.0;
}
int sum(unsigned, bask::Inputs<int> numbers) {
  return numbers[0];
}

int main() {
  auto sums = bask::tasks<sum>(10, Numbers{}, bask::tasks<half>(10, Numbers{}));
}
