// hdf5_filter_classes.hpp: LZF and Zstandard as filters of the HDF5 library, for the reads and writes that
// go through it. h5py brings LZF itself; other programs read Zstandard with a plug-in of theirs.
// Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

namespace bask {

/// To be called once, when the library starts. HDF5's plug-ins serve codecs that this build does not have.
void register_filter_classes();

}  // namespace bask
