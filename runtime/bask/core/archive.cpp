#include <bask/core/archive.hpp>
#include <boost/archive/impl/archive_serializer_map.ipp>

// BOOST_CLASS_EXPORT needs these in every archive: the maps from a class's name to the class.
template class boost::archive::detail::archive_serializer_map<bask::OutputArchive>;
template class boost::archive::detail::archive_serializer_map<bask::InputArchive>;
