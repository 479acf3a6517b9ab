# Clang compiles sanitized programs in half of GCC's time: it is taken for them where it is there with its sanitizers' libraries,
# and nobody has chosen another compiler.
find_program(BASK_CLANGXX NAMES clang++ clang++-14 clang++-15 clang++-16)
set(BASK_CLANG_SANITIZES FALSE)
if(BASK_CLANGXX)
  execute_process(
    COMMAND sh -c "printf '#include <ranges>\nint main() {}\n' | '${BASK_CLANGXX}' -std=c++20 -fsanitize=thread -x c++ - -o /dev/null"
    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(failed EQUAL 0)
    set(BASK_CLANG_SANITIZES TRUE)
  endif()
endif()
if(BASK_SANITIZE AND BASK_CLANG_SANITIZES AND NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  set(CMAKE_CXX_COMPILER ${BASK_CLANGXX} CACHE FILEPATH "The compiler")
endif()
