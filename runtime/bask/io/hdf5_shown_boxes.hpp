// hdf5_shown_boxes.hpp: a virtual dataset as boxes of other datasets, where it is that, so that each of them
// is read as the dataset that it is. Runs on: every rank. Threads: any.
#pragma once

#include <bask/io/hdf5_dataset.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// `creation_list`: of a virtual dataset. Nothing where a part is no box, or is numbered. Paths are as the
/// file has them. Under Hdf5Lock.
std::vector<Hdf5ShownBox> shown_boxes(std::int64_t creation_list);
/// Their paths become those of the files that HDF5 takes for them; nothing is left where one is not there.
/// `path`: of the file that they come from. Without the lock.
void find_files_of(std::vector<Hdf5ShownBox>& boxes, const std::string& path);

/// The dataset that `box` of `whole` shows. Nothing where HDF5 is to decide, which converts types, and goes
/// without what is not there. Throws: Error when its file is another than was described.
std::optional<Hdf5Dataset> source_of(const Hdf5ShownBox& box, const Hdf5Dataset& whole,
                                     const std::string& where);

}  // namespace bask
