// sample_state.hpp: the state of a job as a running job of two ranks on two hosts would write it.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

inline nlohmann::json sample_layer(const std::string& name, unsigned tasks, unsigned done, unsigned running) {
  return {{"name", name},     {"tasks", tasks},  {"done", done},       {"running", running},
          {"failed", 0},      {"retried", 0},    {"seconds", 0.5},     {"longest", 0.02},
          {"bytes", 1048576}, {"largest", 4096}, {"durations", {0, 1}}};
}

inline nlohmann::json sample_rank(unsigned rank, const std::string& host) {
  return {
      {"rank", rank},       {"host", host},      {"cores", 2},   {"threads", 2}, {"memory_limit", 1073741824},
      {"memory_margin", 0}, {"clock_offset", 0}, {"heard", 10.0}};
}

inline nlohmann::json sample_series(unsigned rank, double busy) {
  const std::vector<double> shares(10, busy), none(10, 0), amounts(10, 2048);
  return {{"rank", rank},  {"busy", shares}, {"memory", none},  {"on_disk", none},  {"ready", shares},
          {"in", amounts}, {"out", amounts}, {"spilled", none}, {"read_back", none}};
}

inline nlohmann::json sample_job() {
  return {{"program", "/home/anna/simulate"},
          {"arguments", {"--steps", "100"}},
          {"host", "n1"},
          {"pid", 4711},
          {"ranks", 2},
          {"threads", 4},
          {"started", "2026-11-27T23:19:43Z"},
          {"now", 10.0},
          {"ended", nullptr},
          {"exit", nullptr},
          {"said", nullptr},
          {"slurm",
           {{"id", "815"},
            {"name", "s"},
            {"partition", "p"},
            {"nodes", "n[1-2]"},
            {"restarts", 1},
            {"end", 3610.0}}}};
}

inline nlohmann::json sample_timeline() {
  return {{"width", 1.0},
          {"bins", 10},
          {"activities", {"input", "data", "load", "solve"}},
          {"kinds", {"wait", "wait", "task", "task"}},
          {"lanes", nlohmann::json::array()},
          {"ranks", {sample_series(0, 0.75), sample_series(1, 0.25)}}};
}

inline nlohmann::json sample_doing(unsigned rank, unsigned thread, unsigned activity, double since) {
  return {{"rank", rank}, {"thread", thread}, {"activity", activity}, {"task", nullptr}, {"since", since}};
}

inline nlohmann::json sample_counts() {
  return {{"spilled", 0}, {"spilled_bytes", 0},   {"read_back", 0},       {"read_back_bytes", 0},
          {"moved", 20},  {"moved_bytes", 40960}, {"stolen", 3},          {"retried", 1},
          {"failed", 0},  {"journalled", 0},      {"journalled_bytes", 0}};
}

inline nlohmann::json sample_state() {
  return {{"format", 1},
          {"interval", 1},
          {"job", sample_job()},
          {"options", nlohmann::json::array()},
          {"versions", {{"bask", "0.1.0"}}},
          {"ranks", {sample_rank(0, "n1"), sample_rank(1, "n2")}},
          {"compute",
           {{"number", 2},
            {"state", "running"},
            {"began", 1.0},
            {"ended", nullptr},
            {"tasks", 110},
            {"done", 60},
            {"failed", 0},
            {"left", 38.2}}},
          {"computes", nlohmann::json::array()},
          {"layers", {sample_layer("load", 10, 10, 0), sample_layer("solve", 100, 50, 3)}},
          {"totals", nlohmann::json::array()},
          {"graph", {{"inputs", {nlohmann::json::array(), {0}}}, {"tasks", nullptr}}},
          {"timeline", sample_timeline()},
          {"now", {sample_doing(0, 0, 3, 9.5), sample_doing(0, 1, 3, 2.0), sample_doing(1, 0, 1, 9.0)}},
          {"memory",
           {{{"held", 536870912}, {"limit", 1073741824}, {"on_disk", 0}, {"peak", 536870912}},
            {{"held", 1024}, {"limit", nullptr}, {"on_disk", 0}, {"peak", 1024}}}},
          {"moved", {{"names", {"0", "1"}}, {"bytes", {{0, 1}, {1, 0}}}, {"results", {{0, 1}, {1, 0}}}}},
          {"counts", sample_counts()},
          {"numbers",
           {{"thread_seconds", 36.0},
            {"useful", 0.5},
            {"imbalance", 0.25},
            {"data", 0.1},
            {"spilling", 0.0},
            {"parallelism", 0.1},
            {"runtime", 0.05}}},
          {"costs", nlohmann::json::array()},
          {"advice",
           {{{"number", "imbalance"},
             {"text", "cut 'solve' into parts of equal size"},
             {"layer", "solve"},
             {"rank", nullptr}}}},
          {"slowest", nlohmann::json::array()},
          {"largest", nlohmann::json::array()},
          {"newest", nlohmann::json::array()},
          {"sample", nlohmann::json::array()},
          {"errors", nlohmann::json::array()},
          {"log", {{{"at", 1.5}, {"level", "warning"}, {"rank", 1}, {"text", "the disk is slow"}}}},
          {"forecast", nullptr}};
}
