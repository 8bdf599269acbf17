#include "linux/nft/context.hpp"

#include <algorithm>

#include <nftables/libnftables.h>

#include "base/error.hpp"

namespace dhow::linux::nft {

namespace {

/// nft underlines the fault on lines that follow; the first says it.
std::string first_line(std::string text) {
    text.resize(std::min(text.find('\n'), text.size()));
    return text;
}

}  // namespace

void Context::Free::operator()(nft_ctx* context) const noexcept { ::nft_ctx_free(context); }

Context::Context() : context_(::nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_) throw InternalError("nftables: no context");
    // Without buffers libnftables would write to the daemon's standard output and error.
    if (::nft_ctx_buffer_output(context_.get()) != 0 || ::nft_ctx_buffer_error(context_.get()) != 0)
        throw InternalError("nftables: no buffers");
}

void Context::run(const std::string& commands) { query(commands); }

std::string Context::query(const std::string& commands) {
    int result = ::nft_run_cmd_from_buffer(context_.get(), commands.c_str());
    std::string output = ::nft_ctx_get_output_buffer(context_.get());
    std::string error = ::nft_ctx_get_error_buffer(context_.get());
    if (result != 0) throw InternalError("nftables: {}", first_line(std::move(error)));
    return output;
}

}  // namespace dhow::linux::nft
