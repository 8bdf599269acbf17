#include "runtime/init/failure.hpp"

#include <cstring>

namespace dhow::runtime::init {

bool Failure::set(Step step, int error, const char* object) noexcept {
    message_.step = step;
    message_.error = error < 0 ? -error : error;
    std::strncpy(message_.object, object, sizeof message_.object - 1);
    return false;
}

}  // namespace dhow::runtime::init
