// numpy_cases <theme> <file>: computes the cases of one theme with Bask and writes them, with their inputs,
// into the file, for compare.py.
#include "cases.hpp"

#include <bask/bask.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

int main(int count, char** arguments) {
  using namespace bask::numpy_cases;
  const std::map<std::string, void (*)(Theme&)> themes{{"elementwise", add_elementwise},
                                                       {"binary", add_binary},
                                                       {"scalars", add_scalars},
                                                       {"creation", add_creation},
                                                       {"manipulation", add_manipulation},
                                                       {"index", add_index},
                                                       {"use", add_use},
                                                       {"programs", add_programs},
                                                       {"reductions", add_reductions},
                                                       {"statistics", add_statistics},
                                                       {"products", add_products},
                                                       {"blocks", add_blocks},
                                                       {"assignment", add_assignment},
                                                       {"einsum", add_einsum},
                                                       {"names", add_names},
                                                       {"searching", add_searching},
                                                       {"sorting", add_sorting}};
  const bool by_ranks = count > 3 && std::string(arguments[3]) == "ranks";
  if ((count != 3 && !by_ranks) || themes.count(arguments[1]) == 0) {
    std::cerr << "usage: numpy_cases <theme> <file> [ranks]; the themes are";
    for (const auto& [name, add] : themes) std::cerr << " " << name;
    std::cerr << "\n";
    return EXIT_FAILURE;
  }
  Theme theme(arguments[1]);
  themes.at(arguments[1])(theme);
  if (by_ranks) {
    return bask::run(count, arguments, [&](bask::Client&) {
      std::ofstream out(arguments[2], std::ios::binary);
      theme.run_once(out);
    });
  }
  std::ofstream out(arguments[2], std::ios::binary);
  theme.run(out);
  return out.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
