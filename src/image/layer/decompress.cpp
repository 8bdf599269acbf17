#include "image/layer/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/error.hpp"

namespace dhow::image {

Bytes PeekSource::peek(std::size_t count) {
    while (end_ - begin_ < count) {
        auto got = source_.read(std::span(ahead_).subspan(end_));
        if (got == 0) break;
        end_ += got;
    }
    return Bytes(ahead_).subspan(begin_, std::min(count, end_ - begin_));
}

std::size_t PeekSource::read(std::span<std::byte> buffer) {
    if (begin_ == end_) return source_.read(buffer);
    auto count = std::min(buffer.size(), end_ - begin_);
    std::memcpy(buffer.data(), ahead_.data() + begin_, count);
    begin_ += count;
    return count;
}

Compression detect_compression(Bytes start) {
    auto begins_with = [&](std::string_view magic) {
        return start.size() >= magic.size() && std::memcmp(start.data(), magic.data(), magic.size()) == 0;
    };
    if (begins_with("\x1f\x8b\x08")) return Compression::gzip;
    if (begins_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
    if (begins_with(std::string_view("\xfd"
                                     "7zXZ\0",
                                     6)))
        return Compression::xz;
    if (begins_with("BZh")) return Compression::bzip2;
    return Compression::none;
}

namespace {

constexpr std::size_t input_size = 128 << 10;

/// The packed bytes that the decoders below take from.
class Input {
  public:
    explicit Input(Source& source) : source_(source), buffer_(input_size) {}
    /// Reads more once all was taken; false at the end.
    bool fill() {
        if (!rest_.empty()) return true;
        rest_ = Bytes(buffer_).first(source_.read(buffer_));
        return !rest_.empty();
    }
    Bytes rest() const { return rest_; }
    /// All but the last `count` bytes were taken.
    void leave(std::size_t count) { rest_ = rest_.last(count); }

  private:
    Source& source_;
    std::vector<std::byte> buffer_;
    Bytes rest_;
};

class Plain final : public Source {
  public:
    explicit Plain(Source& source) : source_(source) {}
    std::size_t read(std::span<std::byte> buffer) override { return source_.read(buffer); }

  private:
    Source& source_;
};

/// gzip (RFC 1952), also of several members, as pigz and estargz write it. zlib and not ISA-L, which is twice
/// as fast: ISA-L 2.30 misreads valid streams whose pieces end in unlucky places.
class Gzip final : public Source {
  public:
    explicit Gzip(Source& source) : input_(source) {
        constexpr int gzip_window = 15 + 16;
        if (inflateInit2(&stream_, gzip_window) != Z_OK) throw std::bad_alloc();
    }
    ~Gzip() override { inflateEnd(&stream_); }

    std::size_t read(std::span<std::byte> buffer) override {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream_.avail_out = static_cast<uInt>(buffer.size());
        while (stream_.avail_out == buffer.size()) {
            if (member_done_ && !next_member()) return 0;
            if (!input_.fill()) throw InvalidArgument("the gzip stream ends too early");
            auto rest = input_.rest();
            stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest.data()));
            stream_.avail_in = static_cast<uInt>(rest.size());
            int result = inflate(&stream_, Z_NO_FLUSH);
            if (result != Z_OK && result != Z_STREAM_END)
                throw InvalidArgument("the gzip stream is damaged (error {})", result);
            input_.leave(stream_.avail_in);
            member_done_ = result == Z_STREAM_END;
        }
        return buffer.size() - stream_.avail_out;
    }

  private:
    bool next_member() {
        while (input_.fill()) {
            auto rest = input_.rest();
            if (rest[0] == std::byte{0x1f}) {
                inflateReset(&stream_);
                member_done_ = false;
                return true;
            }
            // Zeros are the padding of tapes; anything else would be read differently by others.
            auto end = std::ranges::find_if(rest, [](std::byte byte) { return byte != std::byte{0}; });
            if (end != rest.end() && end == rest.begin())
                throw InvalidArgument("the gzip stream is followed by something else");
            input_.leave(static_cast<std::size_t>(rest.end() - end));
        }
        return false;
    }

    Input input_;
    z_stream stream_{};
    bool member_done_ = false;
};

/// zstd (RFC 8878), also of several frames.
class Zstd final : public Source {
  public:
    explicit Zstd(Source& source) : input_(source), stream_(ZSTD_createDStream()) {
        if (!stream_) throw std::bad_alloc();
        // A frame may ask for a window of gigabytes; 128 MiB is what the zstd command takes by default.
        ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, 27);
    }

    std::size_t read(std::span<std::byte> buffer) override {
        ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
        while (out.pos == 0) {
            bool more = input_.fill();
            if (!more && frame_done_) return 0;
            auto rest = input_.rest();
            ZSTD_inBuffer in{rest.data(), rest.size(), 0};
            auto result = ZSTD_decompressStream(stream_.get(), &out, &in);
            if (ZSTD_isError(result))
                throw InvalidArgument("the zstd stream is damaged: {}", ZSTD_getErrorName(result));
            input_.leave(rest.size() - in.pos);
            frame_done_ = result == 0;
            if (!more && out.pos == 0) throw InvalidArgument("the zstd stream ends too early");
        }
        return out.pos;
    }

  private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
    };
    Input input_;
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    bool frame_done_ = true;
};

class Xz final : public Source {
  public:
    explicit Xz(Source& source) : input_(source) {
        constexpr std::uint64_t memory_limit = 256 << 20;
        if (lzma_stream_decoder(&stream_, memory_limit, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
    }
    ~Xz() override { lzma_end(&stream_); }

    std::size_t read(std::span<std::byte> buffer) override {
        stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
        stream_.avail_out = buffer.size();
        while (!done_ && stream_.avail_out == buffer.size()) {
            bool more = input_.fill();
            auto rest = input_.rest();
            stream_.next_in = reinterpret_cast<const std::uint8_t*>(rest.data());
            stream_.avail_in = rest.size();
            auto result = lzma_code(&stream_, more ? LZMA_RUN : LZMA_FINISH);
            input_.leave(stream_.avail_in);
            if (result == LZMA_STREAM_END)
                done_ = true;
            else if (result == LZMA_BUF_ERROR)
                throw InvalidArgument("the xz stream ends too early");
            else if (result != LZMA_OK)
                throw InvalidArgument("the xz stream is damaged (error {})", static_cast<int>(result));
        }
        return buffer.size() - stream_.avail_out;
    }

  private:
    Input input_;
    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool done_ = false;
};

/// bzip2, also of several streams, as pbzip2 writes it.
class Bzip2 final : public Source {
  public:
    explicit Bzip2(Source& source) : input_(source) { begin(); }
    ~Bzip2() override { BZ2_bzDecompressEnd(&stream_); }

    std::size_t read(std::span<std::byte> buffer) override {
        stream_.next_out = reinterpret_cast<char*>(buffer.data());
        stream_.avail_out = static_cast<unsigned>(buffer.size());
        while (stream_.avail_out == buffer.size()) {
            bool more = input_.fill();
            if (!more && done_) return 0;
            if (!more) throw InvalidArgument("the bzip2 stream ends too early");
            if (std::exchange(done_, false)) {
                BZ2_bzDecompressEnd(&stream_);
                begin();
            }
            decode();
        }
        return buffer.size() - stream_.avail_out;
    }

  private:
    void begin() {
        auto out = std::pair(stream_.next_out, stream_.avail_out);
        stream_ = {};
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
        std::tie(stream_.next_out, stream_.avail_out) = out;
    }

    void decode() {
        auto rest = input_.rest();
        stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(rest.data()));
        stream_.avail_in = static_cast<unsigned>(rest.size());
        int result = BZ2_bzDecompress(&stream_);
        if (result != BZ_OK && result != BZ_STREAM_END)
            throw InvalidArgument("the bzip2 stream is damaged (error {})", result);
        input_.leave(stream_.avail_in);
        done_ = result == BZ_STREAM_END;
    }

    Input input_;
    bz_stream stream_{};
    bool done_ = false;
};

}  // namespace

std::unique_ptr<Source> decompress(Source& source, Compression compression) {
    switch (compression) {
        case Compression::gzip:
            return std::make_unique<Gzip>(source);
        case Compression::zstd:
            return std::make_unique<Zstd>(source);
        case Compression::xz:
            return std::make_unique<Xz>(source);
        case Compression::bzip2:
            return std::make_unique<Bzip2>(source);
        case Compression::none:
            break;
    }
    return std::make_unique<Plain>(source);
}

}  // namespace dhow::image
