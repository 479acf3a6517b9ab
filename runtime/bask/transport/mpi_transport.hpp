// mpi_transport.hpp: the transport between the ranks of an MPI communicator.
// Runs on: every rank. Threads: as Transport; MPI has been initialised with MPI_THREAD_SERIALIZED or more,
// and the caller holds the lock under which every call of MPI in this process is made.
#pragma once

#include <bask/transport/transport.hpp>

#include <memory>

namespace boost::mpi {
class communicator;
}

namespace bask {

/// A transport on duplicates of the communicator `ranks`, so that its messages meet no others. The call is
/// collective over `ranks`. So is the destruction of the transport: it must come before MPI is finalised, and
/// after all that was sent has been received.
/// Throws: Error when MPI refuses, or has fewer tags than there are streams.
std::unique_ptr<Transport> make_mpi_transport(const boost::mpi::communicator& ranks);

}  // namespace bask
