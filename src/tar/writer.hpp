#pragma once
// Writes a tar: ustar headers, with a pax header in front where those do not suffice. What is written depends
// on the entries alone, so that the same tree makes the same digest.

#include <string_view>

#include "tar/reader.hpp"
#include "tar/stream.hpp"

namespace dhow::tar {

class TarWriter {
  public:
    explicit TarWriter(Output& output) : output_(output) {}

    /// Starts an entry. `entry.payload` bytes must follow by `write` when it is a file. Sparse files are
    /// written whole.
    void begin(const TarEntry& entry);
    void write(Bytes payload);
    /// Ends the entry, with the padding of its payload.
    void end();
    /// An entry with its content.
    void file(const TarEntry& entry, std::string_view content);
    /// The end of the tar.
    void finish();

  private:
    void write_header(const TarHeader& header);

    Output& output_;
    std::int64_t left_ = 0;
    std::int64_t padding_ = 0;
};

}  // namespace dhow::tar
