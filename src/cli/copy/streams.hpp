#pragma once
// Tars as bodies of requests and answers.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "client/connection.hpp"
#include "tar/stream.hpp"

namespace dhow::cli {

/// The body of an answer as the tar it is.
class BodySource final : public tar::Source {
  public:
    explicit BodySource(client::Connection& connection) : connection_(connection) {}
    std::size_t read(std::span<std::byte> buffer) override {
        if (rest_.empty()) rest_ = connection_.read();
        auto part = rest_.substr(0, buffer.size());
        std::ranges::copy(tar::as_bytes(part), buffer.begin());
        rest_.remove_prefix(part.size());
        size += static_cast<std::int64_t>(part.size());
        return part.size();
    }
    std::int64_t size = 0;  ///< bytes so far

  private:
    client::Connection& connection_;
    std::string_view rest_;
};

/// A tar as the body of a request.
class BodyOutput final : public tar::Output {
  public:
    using Write = std::function<void(std::string_view)>;
    /// `write` must outlive it.
    explicit BodyOutput(const Write& write) : write_(write) {}
    void write(tar::Bytes bytes) override {
        if (bytes.empty()) return;
        write_({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        size += static_cast<std::int64_t>(bytes.size());
    }
    std::int64_t size = 0;  ///< bytes so far

  private:
    const Write& write_;
};

/// Extracts an answer's body, a tar, into a folder, which is made; what is made belongs to who runs this.
void extract_body(client::Connection connection, const std::string& folder);

}  // namespace dhow::cli
