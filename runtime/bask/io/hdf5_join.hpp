// hdf5_join.hpp: whether the datasets of several files are pieces of one array.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/io/cf_decoding.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

/// The dataset as each of the files has it. To be joined along `axis`, they must have as many axes of the
/// same names; the same units; along the other axes the same coordinates; along `axis` coordinates of the
/// same units that run the same way (times may have other reference dates, but one calendar). What is read as
/// stored, without decoding, must be packed alike. What a file does not say is not looked at.
/// `where`, as in "from_hdf5 run/*.nc", begins the message of Throws: Error as describe_hdf5, and naming two
/// files and what differs. Cost: the coordinates of each file are read.
std::vector<Hdf5Dataset> describe_pieces(const std::vector<std::string>& paths, const std::string& name,
                                         std::int64_t axis, Hdf5Decoding decoding, const std::string& where);

}  // namespace bask
