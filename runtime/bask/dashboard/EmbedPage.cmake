# EmbedPage.cmake: joins the dashboard's page, its styles, its modules and D3 into one HTML text, and writes that as a page, for tests
# that want a browser, and as a C++ source of bytes. The place for the state stays empty: <script … id="state"></script>.
# Run by the build: cmake -DPAGE_DIR=… -DLIBRARY=d3.min.js -DHTML=out.html -DSOURCE=out.cpp -P EmbedPage.cmake
#
# The text is under a policy that lets nothing in but its two scripts and its styles, by their hashes, and events of its own server.
# Each module that main.js needs is put into a function of its own, which returns what the module exports. Without a library the text
# is empty.
cmake_minimum_required(VERSION 3.25)

# embed_sha256(<variable> <text>): the hash of the text, as a policy names it: in base64, of which two digits are three of hex.
function(embed_sha256 variable text)
  set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hash "${text}")
  string(APPEND hash 00)   # 64 hex digits are 21 times three and one
  set(encoded)
  foreach(start RANGE 0 63 3)
    string(SUBSTRING "${hash}" ${start} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    string(SUBSTRING ${digits} ${high} 1 high)
    string(SUBSTRING ${digits} ${low} 1 low)
    string(APPEND encoded "${high}${low}")
  endforeach()
  string(SUBSTRING "${encoded}" 0 43 encoded)
  set(${variable} "'sha256-${encoded}='" PARENT_SCOPE)
endfunction()

# embed_module(<name>): appends the module, and before it those that it imports, to the global property `script`, each once.
function(embed_module name)
  get_property(embedded GLOBAL PROPERTY modules)
  if(name IN_LIST embedded)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY modules ${name})
  file(READ "${PAGE_DIR}/${name}" text)
  string(REGEX MATCHALL "\nimport {[^}]*} from \"./[^\"]*" imports "${text}")
  foreach(import IN LISTS imports)
    string(REGEX REPLACE ".*\"./" "" import "${import}")
    embed_module(${import})
  endforeach()
  string(REGEX REPLACE "\nimport {[^}]*} from \"[^\"]*\";" "" text "${text}")
  string(REGEX MATCHALL "\nexport (class|const|function) [A-Za-z0-9_]+" exports "${text}")
  list(TRANSFORM exports REPLACE "\nexport [a-z]+ " "")
  list(JOIN exports ", " exports)
  string(REGEX REPLACE "\nexport (class|const|function) " "\n\\1 " text "${text}")
  set_property(GLOBAL APPEND_STRING PROPERTY script "const {${exports}} = (() => {\n${text}return {${exports}};\n})();\n")
endfunction()

set_property(GLOBAL PROPERTY script "\"use strict\";\n(() => {\n")
embed_module(main.js)
get_property(script GLOBAL PROPERTY script)
string(APPEND script "})();\n")

set(style)
foreach(name IN ITEMS page.css panels.css)
  file(READ "${PAGE_DIR}/${name}" text)
  string(APPEND style "${text}")
endforeach()

if(LIBRARY)
  file(READ "${LIBRARY}" library)
  file(READ "${PAGE_DIR}/page.html" page)
  foreach(part IN ITEMS library script style)
    if("${${part}}" MATCHES "</(script|style)|<!--")
      message(FATAL_ERROR "the ${part} of the page holds ${CMAKE_MATCH_0}, which would end it")
    endif()
    embed_sha256(${part}_hash "${${part}}")
  endforeach()
  string(REPLACE "@POLICY@" "default-src 'none'; script-src ${library_hash} ${script_hash}; style-src ${style_hash}; img-src data:; \
connect-src 'self'; base-uri 'none'; form-action 'none'" page "${page}")
  string(REPLACE "@STYLE@" "${style}" page "${page}")
  string(REPLACE "@LIBRARY@" "${library}" page "${page}")
  string(REPLACE "@SCRIPT@" "${script}" page "${page}")
else()
  set(page "")   # built without the dashboard
endif()
file(WRITE "${HTML}" "${page}")

file(READ "${HTML}" bytes HEX)
string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${SOURCE}" "// Made by EmbedPage.cmake.
#include <bask/dashboard/page.hpp>

namespace bask {

static constexpr unsigned char kPage[] = {\n${bytes}0};

std::string_view page_text() { return {reinterpret_cast<const char*>(kPage), sizeof kPage - 1}; }

}  // namespace bask
")
