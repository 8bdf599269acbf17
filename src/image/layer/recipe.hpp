#pragma once
// How to write a layer's tar again, byte for byte, from its directory: so that a plain tar need not be kept
// beside the files that were unpacked from it.
//
// The file is a zstd stream of segments, integers little endian:
//     'B' u32 length, bytes                          bytes of the tar: headers, padding, payload of sparse
//     files 'F' u64 size, u32 ordinal, u16 length, path    the payload of a file, to be read from the
//     directory 'E'                                            the end: a recipe without it is half written
// `ordinal` counts the F segments. When a later entry of the same tar replaced the file, its content is kept
// as replaced/<ordinal> beside the recipe.

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "image/source.hpp"
#include "tar/reader.hpp"

namespace dhow::image {

class RecipeWriter final : public TarObserver {
  public:
    /// Makes `file`.
    explicit RecipeWriter(const std::filesystem::path& file);
    ~RecipeWriter() override;

    void bytes(Bytes bytes) override;
    /// A file's payload stands here in the tar. @return its ordinal
    std::uint32_t payload(std::string_view path, std::int64_t size);
    /// Where to put the content of file `ordinal` before it is replaced.
    std::filesystem::path replaced(std::uint32_t ordinal) const;
    /// Writes the end and syncs.
    void finish();

  private:
    struct Stream;
    void flush_bytes();
    std::filesystem::path file_;
    std::unique_ptr<Stream> stream_;
    std::vector<std::byte> pending_;
    std::uint32_t ordinal_ = 0;
};

/// Writes the tar of the recipe `file` and the layer's directory `diff` to `output`.
/// @throws InternalError when the recipe or a file was damaged on disk
void replay_recipe(const std::filesystem::path& file, const std::filesystem::path& diff, Output& output);

}  // namespace dhow::image
