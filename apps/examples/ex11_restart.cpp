// ex11_restart.cpp: finished results are kept. With a journal, a program that is started again goes on where
// it was, whatever ended it. `crash` makes it fail half way:
//
//   build/release/apps/ex11_restart --bask-checkpoint=ex11 crash
//   mpirun -n 3 build/release/apps/ex11_restart --bask-checkpoint=ex11
//
// Prints: year 10: 55
#include <bask/bask.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

// 1. A step that prints when it runs, to show which steps are not run again.
int simulate(int year, int before) {
  std::cout << "year " << year << " is simulated" << std::endl;
  return before + year;
}

int stop_on_request(int state, bool crashes) {
  if (crashes) throw std::runtime_error("the program was asked to fail; start it again without `crash`");
  return state;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const bool crashes = argc > 1 && std::string(argv[1]) == "crash";

    // 2. Ten years, each computed from the one before it and kept in the journal. By itself Bask only keeps
    //    what is expensive; these years are cheap, so checkpoint() asks for it.
    bask::Delayed<int> state = bask::delayed(0);
    for (int year = 1; year <= 10; ++year) {
      state = bask::delayed<simulate>(year, state).checkpoint();

      // 3. Half way, the program fails if it was asked to.
      if (year == 5) bask::delayed<stop_on_request>(state, crashes).compute();
    }

    // 4. Run the rest. After a crash only years 6 to 10 are simulated.
    const int last = state.compute();
    std::cout << "year 10: " << last << std::endl;
  });
}
