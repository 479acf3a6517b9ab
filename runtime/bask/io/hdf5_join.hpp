// hdf5_join.hpp: whether the datasets of several files are pieces of one array.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/io/cf_decoding.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

/// The description of the dataset in each of the files, which are to be joined along `axis`. All must have
/// the same number of axes, with the same names; the same units; the same coordinates along the other axes;
/// and along `axis` coordinates of the same units that run in the same direction (times may have different
/// reference dates, but one calendar). Datasets that are read as stored, without decoding, must be packed
/// alike. What a file does not say is not compared. `where`, such as "from_hdf5 run/*.nc", begins messages.
/// Throws: Error as describe_hdf5, or naming two files and what differs.
/// Cost: the coordinates of each file are read.
std::vector<Hdf5Dataset> describe_pieces(const std::vector<std::string>& paths, const std::string& name,
                                         std::int64_t axis, Hdf5Decoding decoding, const std::string& where);

}  // namespace bask
