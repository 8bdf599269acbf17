#include "image/layer/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>

#include "base/error.hpp"
#include "image/layer/gzip.hpp"
#include "image/layer/packed_input.hpp"

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

namespace {

class Plain final : public Source {
  public:
    explicit Plain(Source& source) : source_(source) {}
    std::size_t read(std::span<std::byte> buffer) override { return source_.read(buffer); }

  private:
    Source& source_;
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
    PackedInput input_;
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
    PackedInput input_;
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

    PackedInput input_;
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
