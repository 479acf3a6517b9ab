// bag.hpp: all that users need for bags: lazy lists of anything in partitions, as `dask.bag` has them.
// Runs on: rank 0; partitions are computed on every rank. Threads: any; a Bag is a value.
//
//   auto lines = bask::bag::from_sequence(texts, {.partitions = 8});
//   auto words = lines.map<split>().flatten().filter<is_long>();   // nothing has run yet: one pass
//   for (auto& [word, times] : words.frequencies().topk<1>(10).compute()) std::cout << word << ' ' << times
//   << '\n';
//
//   transform.hpp              map, starmap, filter, remove, pluck, flatten, random_sample, unzip
//   partition_operations.hpp   map_partitions, accumulate, product, repartition
//   reductions.hpp             count, sum, mean, var, std, min, max, any, all, fold, foldby, frequencies,
//                              distinct, topk
//   keyed_exchange.hpp         groupby, join
//   files.hpp                  bag::read_text, read_json, read_csv; to_text, to_json, to_csv
//   sources.hpp                bag::from_sequence, from_delayed, range, concat, zip
//   use.hpp                    compute, persist, take, visualize, to_delayed
//   to_array.hpp               to_array
#pragma once

#include <bask/collections/bag/files.hpp>
#include <bask/collections/bag/keyed_exchange.hpp>
#include <bask/collections/bag/partition_operations.hpp>
#include <bask/collections/bag/reductions.hpp>
#include <bask/collections/bag/sources.hpp>
#include <bask/collections/bag/to_array.hpp>
#include <bask/collections/bag/use.hpp>
