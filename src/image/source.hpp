#pragma once
// The streams and the tars of room `tar`, which this room speaks of all the time.

#include "tar/reader.hpp"
#include "tar/stream.hpp"

namespace dhow::image {

using tar::Bytes;
using tar::FdOutput;
using tar::FdSource;
using tar::Output;
using tar::Source;
using tar::SparseRun;
using tar::TarEntry;
using tar::TarObserver;
using tar::TarReader;

}  // namespace dhow::image
