// hdf5_shown_boxes.hpp: the boxes of other datasets that a virtual dataset shows, so that Bask reads each of
// them like any other dataset.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/io/hdf5_dataset.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// The boxes of the virtual dataset with this creation property list; their paths are as the file has them.
/// Empty when a part is not a box, or a name has a '%', for which HDF5 puts in numbers. Under Hdf5Lock.
std::vector<Hdf5ShownBox> shown_boxes(std::int64_t creation_list);
/// Replaces each path by that of the file that HDF5 would open for it; removes all boxes when one file is not
/// there. `path`: of the file that has the virtual dataset. The caller does not hold Hdf5Lock.
void find_files_of(std::vector<Hdf5ShownBox>& boxes, const std::string& path);

/// The dataset that `box` of `whole` shows. Nothing where HDF5 must read the box: when types differ, or when
/// the dataset or part of it is not there. Throws: Error when the dataset's file has changed meanwhile.
std::optional<Hdf5Dataset> source_of(const Hdf5ShownBox& box, const Hdf5Dataset& whole,
                                     const std::string& where);

}  // namespace bask
