// expect: this type cannot go to another rank\. Make it trivially copyable, name its fields
#include <bask/bask.hpp>

struct Named {
  std::string name;
};
int length(const Named& named) {
  return static_cast<int>(named.name.size());
}

int main() {
  auto size = bask::delayed<length>(Named{"x"});
}
