#include <bask/core/archive.hpp>
#include <boost/archive/impl/archive_serializer_map.ipp>

// What BOOST_CLASS_EXPORT needs of an archive: which class has which name.
template class boost::archive::detail::archive_serializer_map<bask::OutputArchive>;
template class boost::archive::detail::archive_serializer_map<bask::InputArchive>;
