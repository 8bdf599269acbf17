#include "rpc/service.hpp"

namespace dhow::rpc {

Task<void> Service::answer(std::shared_ptr<Call> call) const {
    auto found = methods_.find(call->path());
    if (found == methods_.end())
        throw CallFailed({Code::unimplemented, fmt::format("unknown method {}", call->path()), {}});
    return found->second(std::move(call));
}

}  // namespace dhow::rpc
