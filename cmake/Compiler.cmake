# The one place for the language standard, warnings, sanitizers and the compiler cache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(bask_warnings INTERFACE)
target_compile_options(bask_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  # Of Clang: comparisons joined by | and & are meant, as loops without branches are vectorised; other compilers' pragmas; names
  # of other sources that are compiled with one; types that `if constexpr` would tell apart.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-bitwise-conditional-parentheses;-Wno-bitwise-instead-of-logical;-Wno-unknown-pragmas;-Wno-shadow;-Wno-absolute-value;-Wno-braced-scalar-init>
  # GCC 12 takes strings that grow for copies onto themselves (its bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

set(BASK_SANITIZE "" CACHE STRING "Sanitizers for everything built, such as address,undefined or thread")
if(BASK_SANITIZE)
  add_compile_options(-fsanitize=${BASK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BASK_SANITIZE})
  if(BASK_SANITIZE MATCHES "undefined")
    # Half of the time to compile. AddressSanitizer tells objects that are gone and null pointers; sizes are not known without
    # optimisation.
    add_compile_options(-fno-sanitize=vptr,null,alignment,object-size)
  endif()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(BASK_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)   # it sees no fences; the accesses that Bask's fences order are atomic themselves
  endif()
else()
  add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
endif()

# GCC collects garbage each time that a source's memory has doubled, for a twelfth of its time; most sources end below this.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=1048576)   # KiB
endif()
